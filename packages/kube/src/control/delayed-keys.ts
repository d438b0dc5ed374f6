import type { Clock } from '@interlink/runtime';
import { createDueHeap } from './due-heap.ts';

/** Keys that become due later, each at most once. */
export interface DelayedKeys<K> {
  /** Makes a key due at a time; an earlier time that is already known stays. */
  schedule(key: K, at: number): void;
  /** Hands out what is due now. */
  release(): void;
  /** Whether a timer may run. Without one, keys become due at the next {@link DelayedKeys.release}. */
  listen(active: boolean): void;
}

/** Timers hold 31 bits of milliseconds; a longer wait is done in parts. */
const longestSleepMilliseconds = 2 ** 30;

/** No keys; `onDue` gets each when its time has come. One timer for all. */
export function createDelayedKeys<K>(clock: Clock, onDue: (key: K) => void): DelayedKeys<K> {
  const times = new Map<K, number>();
  const heap = createDueHeap<K>();
  let active = false;
  let timer: AbortController | undefined;

  function release(): void {
    for (let next = heap.peek(); next !== undefined && next.at <= clock.monotonic(); next = heap.peek()) {
      heap.pop();
      // An entry that an earlier one has replaced is stale.
      if (times.get(next.value) !== next.at) continue;
      times.delete(next.value);
      onDue(next.value);
    }
  }

  function restartTimer(): void {
    timer?.abort();
    timer = undefined;
    const next = heap.peek();
    if (next === undefined || !active) return;
    timer = new AbortController();
    const milliseconds = Math.min(Math.max(0, next.at - clock.monotonic()), longestSleepMilliseconds);
    const wake = (): void => {
      release();
      restartTimer();
    };
    // The only rejection of a sleep is the abort above.
    clock.sleep(milliseconds, { signal: timer.signal }).then(wake, () => undefined);
  }

  return {
    schedule(key, at) {
      const known = times.get(key);
      if (known !== undefined && known <= at) return;
      times.set(key, at);
      heap.push({ at, value: key });
      if (heap.peek()?.value === key) restartTimer();
    },
    release,
    listen(wanted) {
      if (wanted === active) return;
      active = wanted;
      restartTimer();
    },
  };
}
