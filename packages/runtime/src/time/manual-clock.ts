import type { Clock } from './clock.ts';

/** A clock that stands still until it is told to go on; for tests. */
export interface ManualClock extends Clock {
  /** Moves the time forward and wakes, in order, every sleeper whose time has come. */
  advance(milliseconds: number): Promise<void>;
  /** Sets the time as an administrator does: {@link Clock.now} jumps, back where it is negative; nobody wakes. */
  jump(milliseconds: number): void;
  /** How many sleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

const turnsAfterWaking = 20;

/** Lets the continuations of what was just resolved run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < turnsAfterWaking; turn += 1) await Promise.resolve();
}

/** A {@link ManualClock} that starts at the given time. */
export function createManualClock(startMilliseconds = 0): ManualClock {
  let now = startMilliseconds;
  let jumped = 0;
  let sleepers: Sleeper[] = [];

  function sleep(milliseconds: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const abort = (): void => {
        sleepers = sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { wakeAt: now + milliseconds, wake };
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      sleepers.push(sleeper);
    });
  }

  async function advance(milliseconds: number): Promise<void> {
    const target = now + milliseconds;
    for (;;) {
      await settle();
      const next = sleepers.toSorted((a, b) => a.wakeAt - b.wakeAt)[0];
      if (next === undefined || next.wakeAt > target) break;
      now = Math.max(now, next.wakeAt);
      sleepers = sleepers.filter((other) => other !== next);
      next.wake();
    }
    now = target;
    await settle();
  }

  return {
    now: () => now + jumped,
    monotonic: () => now,
    jump: (milliseconds) => void (jumped += milliseconds),
    sleep,
    advance,
    get sleepers() {
      return sleepers.length;
    },
  };
}
