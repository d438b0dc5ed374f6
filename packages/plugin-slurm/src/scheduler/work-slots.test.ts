import { describe, expect, it } from 'vitest';
import { createWorkSlots } from './work-slots.ts';

describe('createWorkSlots', () => {
  it('never has more work under way than slots, and does all of it in the order asked', async () => {
    const slots = createWorkSlots(3);
    const started: number[] = [];
    let [now, most] = [0, 0];
    const work = async (index: number): Promise<number> => {
      started.push(index);
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return index;
    };
    const all = Array.from({ length: 20 }, (_, index) => index);
    expect(await Promise.all(all.map((index) => slots.run(() => work(index))))).toEqual(all);
    expect([most, started]).toEqual([3, all]);
  });

  it('gives the slot of work that failed to the next', async () => {
    const slots = createWorkSlots(1);
    const failed = slots.run(() => Promise.reject(new Error('no')));
    const next = slots.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
