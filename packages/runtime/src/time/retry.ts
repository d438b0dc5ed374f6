import { isInterLinkError } from '@interlink/spec';
import { backoffDelayMilliseconds, type BackoffOptions } from './backoff.ts';
import { systemClock, type Clock } from './clock.ts';

/** When and how often {@link retry} tries again. */
export interface RetryOptions {
  readonly backoff: BackoffOptions;
  readonly signal?: AbortSignal;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Tries in all. Default: without end, until the signal. */
  readonly attempts?: number;
  /** Default: errors of the set that are marked retryable. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Told of every failure that is followed by another try. */
  readonly onRetry?: (error: unknown, attempt: number, delayMilliseconds: number) => void;
}

function isMarkedRetryable(error: unknown): boolean {
  return isInterLinkError(error) && error.retryable;
}

/** The operation's result; its last error when no further try is allowed. `attempt` counts from 0. */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const clock = options.clock ?? systemClock;
  const isRetryable = options.isRetryable ?? isMarkedRetryable;
  const attempts = options.attempts ?? Number.POSITIVE_INFINITY;
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      if (attempt + 1 >= attempts || !isRetryable(error)) throw error;
      const delay = backoffDelayMilliseconds(attempt, options.backoff);
      options.onRetry?.(error, attempt, delay);
      await clock.sleep(delay, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}
