import { systemClock, type Clock } from '@interlink/runtime';

/** A clock that begins now and goes `factor` times as fast as the machine's. */
export function createFastClock(factor: number): Clock {
  const startedAt = systemClock.now();
  return {
    now: () => startedAt + (systemClock.now() - startedAt) * factor,
    sleep: (milliseconds, options) => systemClock.sleep(milliseconds / factor, options),
  };
}
