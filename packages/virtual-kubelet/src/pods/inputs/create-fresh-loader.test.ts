import { createManualClock } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { createFreshLoader } from './create-fresh-loader.ts';

function gatedLoads(reuse = 0) {
  const clock = createManualClock(1_000_000);
  const pending: (() => void)[] = [];
  let loads = 0;
  const loader = createFreshLoader<number>({
    clock,
    reuseMilliseconds: () => reuse,
    load: () =>
      new Promise((resolve) => {
        loads += 1;
        const number = loads;
        pending.push(() => resolve(number));
      }),
  });
  const answer = async (): Promise<void> => {
    pending.shift()?.();
    await clock.advance(0);
  };
  return { loader, clock, answer, loads: () => loads };
}

describe('createFreshLoader', () => {
  it('shares one load among all who asked while another was under way', async () => {
    const { loader, answer, loads } = gatedLoads();
    const first = loader.get('a');
    const others = Array.from({ length: 50 }, () => loader.get('a'));
    await answer();
    await answer();
    expect(await first).toBe(1);
    expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
    expect(loads()).toBe(2);
  });

  it('loads anew for whoever asks later', async () => {
    const { loader, answer } = gatedLoads();
    const first = loader.get('a');
    await answer();
    await first;
    const second = loader.get('a');
    await answer();
    expect(await second).toBe(2);
  });

  it('loads again for the others when a load fails', async () => {
    let loads = 0;
    const loader = createFreshLoader<string>({
      clock: createManualClock(),
      load: async () => {
        loads += 1;
        await Promise.resolve();
        if (loads === 1) throw new Error('refused');
        return 'found';
      },
    });
    const [first, second] = await Promise.allSettled([loader.get('a'), loader.get('a')]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: 'found' });
  });

  it('reuses a value for as long as it may', async () => {
    const { loader, clock, answer, loads } = gatedLoads(1000);
    const first = loader.get('a');
    await answer();
    await first;
    expect(await loader.get('a')).toBe(1);
    await clock.advance(1001);
    const later = loader.get('a');
    await answer();
    expect(await later).toBe(2);
    expect(loads()).toBe(2);
  });
});
