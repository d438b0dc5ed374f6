import type { Clock } from '@interlink/runtime';

/** Lets some requests wait while many others are under way. */
export interface Precedence {
  /** Notes a request that goes first, until the function that it gives is called. */
  enter(): () => void;
  /** Resolves when few requests are under way, after a second in any case; rejects with the signal's reason. */
  quiet(signal?: AbortSignal): Promise<void>;
}

/** Half of the connections: more under way means that the API server is slower than what is asked of it. */
const manyRequests = 16;
const longestWaitMilliseconds = 1000;

/** Nothing under way. */
export function createPrecedence(clock: Clock): Precedence {
  let underWay = 0;
  let calm = new AbortController();
  return {
    enter() {
      underWay += 1;
      return () => {
        underWay -= 1;
        if (underWay !== manyRequests - 1) return;
        calm.abort();
        calm = new AbortController();
      };
    },
    async quiet(signal) {
      if (underWay < manyRequests) return;
      const wake = signal === undefined ? calm.signal : AbortSignal.any([signal, calm.signal]);
      try {
        await clock.sleep(longestWaitMilliseconds, { signal: wake });
      } catch {
        // Woken: by the calm, or by the caller's end.
        signal?.throwIfAborted();
      }
    },
  };
}
