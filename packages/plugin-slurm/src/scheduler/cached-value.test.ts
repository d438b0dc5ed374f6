import { createManualClock } from '@interlink/runtime';
import { expect, it } from 'vitest';
import { createCachedValue } from './cached-value.ts';

it('is loaded once for all who ask, and anew when it is old', async () => {
  const clock = createManualClock(1000);
  let loads = 0;
  const value = createCachedValue({ clock, lifetimeSeconds: 60, load: () => Promise.resolve((loads += 1)) });
  expect(await Promise.all([value.get(), value.get()])).toEqual([1, 1]);
  await clock.advance(59_999);
  expect(await value.get()).toBe(1);
  await clock.advance(1);
  expect(await value.get()).toBe(2);
});

it('does not keep a failure', async () => {
  const answers = [Promise.reject(new Error('down')), Promise.resolve('up')];
  const load = () => answers.shift() ?? Promise.reject(new Error('asked too often'));
  const value = createCachedValue({ clock: createManualClock(), lifetimeSeconds: 60, load });
  await expect(Promise.all([value.get(), value.get()])).rejects.toThrow('down');
  expect(await value.get()).toBe('up');
  expect(await value.get()).toBe('up');
});
