import type { Clock } from '@interlink/runtime';

/** A sleep that can be cut short. */
export interface Doorbell {
  /** Resolves after the time, or the shorter one after {@link ring}; rejects with the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Cuts the present sleep, or the next one, short. */
  ring(): void;
}

/** A doorbell. All who ring within `delayMilliseconds` are answered together. */
export function createDoorbell(clock: Clock, delayMilliseconds: number): Doorbell {
  let rung = false;
  let sleeping: AbortController | undefined;

  async function sleepUnlessRung(milliseconds: number, signal: AbortSignal): Promise<void> {
    const sleep = new AbortController();
    sleeping = sleep;
    try {
      await clock.sleep(milliseconds, { signal: AbortSignal.any([signal, sleep.signal]) });
    } catch {
      signal.throwIfAborted();
    } finally {
      sleeping = undefined;
    }
  }

  return {
    async wait(milliseconds, signal) {
      if (!rung) await sleepUnlessRung(milliseconds, signal);
      if (!rung) return;
      await clock.sleep(delayMilliseconds, { signal });
      rung = false;
    },
    ring() {
      rung = true;
      sleeping?.abort();
    },
  };
}
