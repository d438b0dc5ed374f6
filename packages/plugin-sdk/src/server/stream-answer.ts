import type { ServerResponse } from 'node:http';
import { isInterLinkError, UnavailableError } from '@interlink/spec';
import { releaseChunk } from '../logs/recyclable-chunks.ts';
import { orAborted } from '../waiting/or-aborted.ts';
import { settleWithin } from '../waiting/settle-within.ts';
import type { StreamAnswer } from './wire-route.ts';

/** Where the bytes go. */
export interface StreamTarget {
  /** Sends status and headers at once and gives the response to write to. */
  open(): ServerResponse;
  /** Aborts when the client went away or the server ends. */
  readonly signal: AbortSignal;
}

/** A source that fails at once still becomes a proper error answer; a silent one has its headers sent after this time. */
const firstChunkGraceMilliseconds = 100;

/** A connection may fail at a write before it is told to be closed. */
function clientGone(cause: Error): UnavailableError {
  return new UnavailableError('the client closed the connection', { cause, details: { clientGone: true } });
}

/** True for the error of a stream whose client went away. */
export function isClientGone(error: unknown): boolean {
  return isInterLinkError(error) && error.details['clientGone'] === true;
}

/** Writes one chunk; resolves when it has left this process. */
function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error ? reject(clientGone(error)) : resolve()));
  });
}

type Chunks = AsyncIterator<Uint8Array>;

interface Copy {
  /** Where the chunks come from. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly chunks: Chunks;
  readonly first: ReturnType<Chunks['next']>;
}

/** While a chunk is being written the next one is read, and no more than that. */
async function copy(
  { source, chunks, first }: Copy,
  { response, signal }: { response: ServerResponse; signal: AbortSignal },
): Promise<void> {
  let pending = first;
  for (;;) {
    const result = await orAborted(pending, signal);
    if (result.done === true) return;
    const chunk = result.value;
    pending = chunks.next();
    // Its error is met in the next round, after what came before it was written.
    pending.catch(() => undefined);
    if (chunk.length > 0) await orAborted(write(response, chunk), signal);
    releaseChunk(source, chunk);
  }
}

/** Ends what has begun: in order where the end is no loss, else so that the client sees that it is not whole. */
function endEarly(response: ServerResponse, endless: boolean, aborted: boolean): void {
  if (!aborted) {
    // What was written before the error still goes out.
    response.socket?.destroySoon();
  } else if (endless) response.end();
  else response.destroy();
}

/**
 * Sends an answer's bytes as they come, never faster than the client reads, and ends the source when the signal aborts.
 *
 * @remarks Rejects before the target was opened with the source's error, so that the caller can still answer it. A later error
 * destroys the connection: the client must not take half a log for a whole one.
 */
export async function streamAnswer(answer: StreamAnswer, target: StreamTarget): Promise<void> {
  const chunks = answer.chunks[Symbol.asyncIterator]();
  let response: ServerResponse | undefined;
  try {
    const first = chunks.next();
    await orAborted(settleWithin(first, firstChunkGraceMilliseconds), target.signal);
    response = target.open();
    await copy({ source: answer.chunks, chunks, first }, { response, signal: target.signal });
    response.end();
  } catch (error) {
    if (response !== undefined) endEarly(response, answer.endless === true, target.signal.aborted);
    throw error;
  } finally {
    // Not awaited: a source that waits for something else than its signal would hold the request open.
    chunks.return?.().catch(() => undefined);
  }
}
