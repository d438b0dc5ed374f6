import { backoffDelayMilliseconds, systemClock, type BackoffOptions, type Clock } from '@interlink/runtime';
import { createDelayedKeys } from './delayed-keys.ts';
import { createWaiters } from './waiters.ts';

/** How a key is added. */
export interface AddOptions {
  /** Default: now. */
  readonly afterSeconds?: number | undefined;
  /** True: before all keys that are not, where it is added for now. Default false. */
  readonly isUrgent?: boolean | undefined;
}

/** Keys to work on. A key waits at most once, and is never given out twice at the same time. */
export interface WorkQueue<K extends string = string> {
  /** Adds a key, now or later; of several later times the earliest counts. A key being worked on is given out again when that is done. */
  add(key: K, options?: AddOptions): void;
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

/** An empty queue: urgent keys first, else first in, first out. It has a timer only while somebody waits in `get`. */
export function createWorkQueue<K extends string = string>(options: WorkQueueOptions = {}): WorkQueue<K> {
  const { clock = systemClock, backoff = defaultBackoff } = options;
  const urgent = new Set<K>();
  const ready = new Set<K>();
  const working = new Set<K>();
  /** Whether they are urgent. */
  const again = new Map<K, boolean>();
  const failures = new Map<K, number>();
  const delayed = createDelayedKeys<K>(clock, (key) => addNow(key, false));
  const waiters = createWaiters<K>((some) => delayed.listen(some));

  function addNow(key: K, isUrgent: boolean): void {
    if (working.has(key)) again.set(key, isUrgent || again.get(key) === true);
    else if (isUrgent) {
      ready.delete(key);
      urgent.add(key);
    } else if (!urgent.has(key)) ready.add(key);
    giveOut(urgent);
    giveOut(ready);
  }

  function giveOut(keys: Set<K>): void {
    for (const key of keys) {
      const take = waiters.next();
      if (take === undefined) return;
      keys.delete(key);
      working.add(key);
      take(key);
    }
  }

  return {
    add(key, { afterSeconds = 0, isUrgent = false } = {}) {
      if (afterSeconds <= 0) addNow(key, isUrgent);
      else delayed.schedule(key, clock.monotonic() + afterSeconds * 1000);
    },
    get(signal) {
      const key = waiters.wait(signal);
      delayed.release();
      giveOut(urgent);
      giveOut(ready);
      return key;
    },
    done(key) {
      working.delete(key);
      const isUrgent = again.get(key);
      again.delete(key);
      if (isUrgent !== undefined) addNow(key, isUrgent);
    },
    failed(key) {
      const attempt = failures.get(key) ?? 0;
      failures.set(key, attempt + 1);
      const delay = backoffDelayMilliseconds(attempt, backoff);
      delayed.schedule(key, clock.monotonic() + delay);
      return delay;
    },
    forget: (key) => void failures.delete(key),
    get size() {
      return urgent.size + ready.size;
    },
  };
}
