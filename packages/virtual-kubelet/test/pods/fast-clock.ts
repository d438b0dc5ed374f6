import { systemClock, type Clock } from '@interlink/runtime';

/** A clock that begins now and goes `factor` times as fast as the machine's. */
export function createFastClock(factor: number): Clock {
  const startedAt = systemClock.now();
  const begunAt = systemClock.monotonic();
  const passed = (): number => (systemClock.monotonic() - begunAt) * factor;
  return {
    now: () => startedAt + passed(),
    monotonic: passed,
    sleep: (milliseconds, options) => systemClock.sleep(milliseconds / factor, options),
  };
}
