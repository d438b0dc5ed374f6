import type { Clock } from '@interlink/runtime';
import { logChunks } from './chunk-pool.ts';
import { findSinceStart, findTailStart } from './find-log-start.ts';
import { createLineStamper } from './line-stamper.ts';
import type { LogSource, TimelineEntry } from './log-source.ts';
import type { NormalLogOptions } from './normalize-log-options.ts';
import { recyclable } from './recyclable-chunks.ts';

/** What {@link selectLog} needs besides the log. */
export interface SelectLogContext {
  /** Ends the selection; the iteration rejects with its reason. */
  readonly signal?: AbortSignal;
  /** For `sinceSeconds`. */
  readonly clock: Pick<Clock, 'now'>;
}

type Selection = AsyncGenerator<Uint8Array, void, undefined>;

/**
 * The part of a log that was asked for, as a kubelet gives it: `since` and `tail` choose where it starts, `timestamps`
 * are put before its lines, `limitBytes` cuts it. Bytes are as written.
 *
 * @remarks
 * A line's time is that of its last byte. With `follow` it goes on until the source has ended and all was read; nothing is
 * lost or repeated, and nothing is read ahead of the consumer. Memory is bounded, whatever the log. Leaving the loop ends
 * a waiting follow too.
 */
export function selectLog(
  source: LogSource,
  options: NormalLogOptions,
  context: SelectLogContext,
): AsyncIterable<Uint8Array> {
  const selected: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      const left = new AbortController();
      const signal = context.signal ? AbortSignal.any([context.signal, left.signal]) : left.signal;
      return interruptible(select(source, options, { signal, clock: context.clock }), left);
    },
  };
  // What was stamped is a copy.
  return recyclable(selected, options.timestamps ? (chunk) => logChunks.giveBack(chunk) : source.release?.bind(source));
}

/** A generator's `return` waits for the step under way, which may wait for a quiet container: this one ends that step. */
function interruptible(selection: Selection, left: AbortController): AsyncIterator<Uint8Array, void> {
  return {
    async next() {
      try {
        return await selection.next();
      } catch (error) {
        if (left.signal.aborted) return { done: true, value: undefined };
        throw error;
      }
    },
    async return() {
      left.abort();
      await selection.return();
      return { done: true, value: undefined };
    },
  };
}

async function* select(source: LogSource, options: NormalLogOptions, context: Required<SelectLogContext>): Selection {
  context.signal.throwIfAborted();
  const size = await source.size();
  const from = await findStart(source, options, { size, now: context.clock.now() });
  const pieces = options.follow ? follow(source, from, context.signal) : readOnce(source, from, size, context.signal);
  const selected = options.timestamps ? stamp(source, pieces, from) : pieces;
  let remaining = options.limitBytes ?? Infinity;
  for await (const chunk of selected) {
    if (chunk.length >= remaining) {
      yield chunk.subarray(0, remaining);
      return;
    }
    remaining -= chunk.length;
    if (chunk.length > 0) yield chunk;
  }
}

async function findStart(
  source: LogSource,
  options: NormalLogOptions,
  at: { size: number; now: number },
): Promise<number> {
  const since = sinceTime(options, at.now);
  const from = since === undefined ? 0 : await findSinceStart(source, await source.timeline(), since, at.size);
  if (options.tailLines === undefined) return from;
  return await findTailStart(source, { from, to: at.size }, options.tailLines);
}

function sinceTime({ sinceSeconds, sinceTimeMilliseconds }: NormalLogOptions, now: number): number | undefined {
  const relative = sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000;
  if (relative === undefined || sinceTimeMilliseconds === undefined) return relative ?? sinceTimeMilliseconds;
  return Math.max(relative, sinceTimeMilliseconds);
}

async function* readOnce(source: LogSource, from: number, to: number, signal: AbortSignal): Selection {
  if (from >= to) return;
  for await (const bytes of source.read(from, to)) {
    signal.throwIfAborted();
    yield bytes;
  }
}

async function* follow(source: LogSource, from: number, signal: AbortSignal): Selection {
  for (let position = from; ;) {
    // Asked before the size: what was written before the end is then within the size.
    const hasEnded = await source.ended();
    const size = await source.size();
    const before = position;
    for await (const bytes of readOnce(source, position, size, signal)) {
      position += bytes.length;
      yield bytes;
    }
    if (hasEnded && (position >= size || position === before)) return;
    signal.throwIfAborted();
    if (position === before) await source.changed(signal);
  }
}

async function* stamp(source: LogSource, pieces: Selection, from: number): Selection {
  const stamper = createLineStamper(from);
  let position = from;
  let timeline: readonly TimelineEntry[] = [];
  for await (const bytes of pieces) {
    position += bytes.length;
    // Asked after the bytes were read, so it covers them; not asked again where it reaches beyond them.
    if ((timeline.at(-1)?.offset ?? -1) < position) timeline = await source.timeline();
    const stamped = stamper.push(bytes, timeline);
    source.release?.(bytes);
    yield* stamped;
  }
  yield* stamper.finish(await source.timeline());
}
