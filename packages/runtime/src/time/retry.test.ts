import { InvalidInputError, UnavailableError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { backoffDelayMilliseconds } from './backoff.ts';
import { createManualClock } from './manual-clock.ts';
import { retry } from './retry.ts';

const backoff = { initialMilliseconds: 100, maximumMilliseconds: 1000, jitter: 0 };

describe('backoffDelayMilliseconds', () => {
  it('doubles up to its maximum', () => {
    const delays = [0, 1, 2, 3, 4, 50].map((attempt) => backoffDelayMilliseconds(attempt, backoff));
    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('never goes over its maximum with jitter', () => {
    const options = { ...backoff, jitter: 0.5, random: () => 0.999 };
    expect(backoffDelayMilliseconds(20, options)).toBeLessThanOrEqual(1000);
    expect(backoffDelayMilliseconds(20, { ...options, random: () => 0 })).toBe(500);
  });
});

describe('retry', () => {
  it('tries again after a retryable error, with the delays of the backoff', async () => {
    const clock = createManualClock();
    const times: number[] = [];
    const result = retry(
      (attempt) => {
        times.push(clock.now());
        return attempt < 2 ? Promise.reject(new UnavailableError('down')) : Promise.resolve('up');
      },
      { backoff, clock },
    );
    await clock.advance(1000);
    expect(await result).toBe('up');
    expect(times).toEqual([0, 100, 300]);
  });

  it('gives an error that is not retryable at once', async () => {
    let calls = 0;
    const operation = (): Promise<never> => {
      calls += 1;
      return Promise.reject(new InvalidInputError('no'));
    };
    await expect(retry(operation, { backoff })).rejects.toThrow('no');
    expect(calls).toBe(1);
  });

  it('ends with the reason of the signal while it waits', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const result = retry(() => Promise.reject(new UnavailableError('down')), { backoff, clock, signal: stop.signal });
    await clock.advance(50);
    stop.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
  });
});
