import { backoffDelayMilliseconds, systemClock, type BackoffOptions, type Clock } from '@interlink/runtime';
import { createDelayedKeys } from './delayed-keys.ts';
import { createWaiters } from './waiters.ts';

/** Keys to work on. A key waits at most once, and is never given out twice at the same time. */
export interface WorkQueue<K extends string = string> {
  /** Adds a key, now or later; of several later times the earliest counts. A key being worked on is given out again when that is done. */
  add(key: K, options?: { readonly afterSeconds?: number | undefined }): void;
  /** The next key; waits for one. Rejects with the signal's reason. Every key got must be given to {@link WorkQueue.done}. */
  get(signal: AbortSignal): Promise<K>;
  /** Ends the work on a key. */
  done(key: K): void;
  /** Adds the key again after a delay that grows with each failure in a row; gives the delay in milliseconds. */
  failed(key: K): number;
  /** Forgets the failures of a key. */
  forget(key: K): void;
  /** Keys that wait to be given out, without the delayed ones. */
  readonly size: number;
}

/** What {@link createWorkQueue} needs. */
export interface WorkQueueOptions {
  readonly clock?: Clock | undefined;
  /** Delays after failures. Default: 200 ms to 5 min. */
  readonly backoff?: BackoffOptions | undefined;
}

const defaultBackoff: BackoffOptions = { initialMilliseconds: 200, maximumMilliseconds: 300_000 };

/** An empty queue, first in, first out. It has a timer only while somebody waits in `get`. */
export function createWorkQueue<K extends string = string>(options: WorkQueueOptions = {}): WorkQueue<K> {
  const { clock = systemClock, backoff = defaultBackoff } = options;
  const ready = new Set<K>();
  const working = new Set<K>();
  const again = new Set<K>();
  const failures = new Map<K, number>();
  const delayed = createDelayedKeys<K>(clock, addNow);
  const waiters = createWaiters<K>((some) => delayed.listen(some));

  function addNow(key: K): void {
    if (working.has(key)) again.add(key);
    else ready.add(key);
    giveOut();
  }

  function giveOut(): void {
    for (const key of ready) {
      const take = waiters.next();
      if (take === undefined) return;
      ready.delete(key);
      working.add(key);
      take(key);
    }
  }

  return {
    add(key, { afterSeconds = 0 } = {}) {
      if (afterSeconds <= 0) addNow(key);
      else delayed.schedule(key, clock.now() + afterSeconds * 1000);
    },
    get(signal) {
      const key = waiters.wait(signal);
      delayed.release();
      giveOut();
      return key;
    },
    done(key) {
      working.delete(key);
      if (again.delete(key)) addNow(key);
    },
    failed(key) {
      const attempt = failures.get(key) ?? 0;
      failures.set(key, attempt + 1);
      const delay = backoffDelayMilliseconds(attempt, backoff);
      delayed.schedule(key, clock.now() + delay);
      return delay;
    },
    forget: (key) => void failures.delete(key),
    get size() {
      return ready.size;
    },
  };
}
