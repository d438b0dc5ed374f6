import { backoffDelayMilliseconds } from '@interlink/runtime';
import { isHeartbeat, UnavailableError } from '@interlink/spec';
import type { PodContext } from './pod-context.ts';
import { takeAnswer, type Enqueue } from './take-answer.ts';

/** Listens to the statuses that the peer pushes. */
export interface EventLoop {
  run(signal: AbortSignal): Promise<void>;
  /** Whether a stream is open. */
  readonly isOpen: boolean;
}

/** What {@link createEventLoop} needs. */
export interface EventLoopOptions {
  readonly context: PodContext;
  readonly enqueue: Enqueue;
  /** Called for each status before it is taken. */
  readonly overtake: (uid: string) => void;
}

/** Announcements come with a ping; this is how often the last one is looked at. */
const lookMilliseconds = 1000;
/** A stream that ended sooner than this did not work, whatever came through it. */
const shortestGoodStreamMilliseconds = 5000;
const backoff = { initialMilliseconds: 500, maximumMilliseconds: 30_000 };

/** Follows the peer's events for as long as it announces them. What was missed in between is asked for as soon as a stream is open. */
export function createEventLoop({ context, enqueue, overtake }: EventLoopOptions): EventLoop {
  const { api, clock, logger, metrics, features } = context;
  let isOpen = false;
  let failures = 0;

  async function follow(signal: AbortSignal): Promise<void> {
    const startedAt = clock.monotonic();
    for await (const event of api.watch?.({ signal }) ?? []) {
      if (!isOpen) logger.info({}, 'the peer pushes status');
      if (!isOpen) context.askSoon();
      isOpen = true;
      if (clock.monotonic() - startedAt >= shortestGoodStreamMilliseconds) failures = 0;
      if (isHeartbeat(event)) continue;
      metrics.pushed();
      overtake(event.UID);
      const pod = context.store.byUid(event.UID);
      if (pod !== undefined) takeAnswer(context, pod, event, enqueue);
    }
    throw new UnavailableError('the peer ended the stream of events');
  }

  async function recover(error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    isOpen = false;
    const delayMilliseconds = backoffDelayMilliseconds(failures, backoff);
    failures += 1;
    logger.warn({ err: error, delayMilliseconds }, 'no pushed status, asking instead');
    context.askSoon();
    await clock.sleep(delayMilliseconds, { signal });
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        if (api.watch === undefined || !features().has('events')) {
          await clock.sleep(lookMilliseconds, { signal });
          continue;
        }
        await follow(signal).catch((error: unknown) => recover(error, signal));
      }
    },
    get isOpen() {
      return isOpen;
    },
  };
}
