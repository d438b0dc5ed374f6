import { systemClock, type Clock } from '@interlink/runtime';
import { TimeoutError } from '@interlink/spec';

const defaultPollMilliseconds = 100;

/** How long to wait, and for what. */
export interface PollOptions {
  /** What is waited for, in the error. */
  readonly what: string;
  readonly timeoutSeconds: number;
  /** Time between two questions. Default 100. */
  readonly pollMilliseconds?: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Asks again and again until the answer is true; `TimeoutError` when it never is. */
export async function pollUntil(isDone: () => Promise<boolean>, options: PollOptions): Promise<void> {
  const { clock = systemClock, pollMilliseconds = defaultPollMilliseconds } = options;
  const deadline = clock.now() + options.timeoutSeconds * 1000;
  while (!(await isDone())) {
    if (clock.now() >= deadline) {
      throw new TimeoutError(`${options.what} took longer than ${options.timeoutSeconds} s`);
    }
    await clock.sleep(pollMilliseconds, options.signal === undefined ? {} : { signal: options.signal });
  }
}
