import { createManualClock } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { createDoorbell } from './create-doorbell.ts';

function waiting() {
  const clock = createManualClock();
  const doorbell = createDoorbell(clock, 200);
  const ending = new AbortController();
  let answered = 0;
  const wait = (): void =>
    void doorbell.wait(5000, ending.signal).then(
      () => (answered += 1),
      () => undefined,
    );
  return { clock, doorbell, wait, ending, answered: () => answered };
}

describe('a doorbell', () => {
  it('sleeps as long as nobody rings', async () => {
    const { clock, wait, answered } = waiting();
    wait();
    await clock.advance(4999);
    expect(answered()).toBe(0);
    await clock.advance(1);
    expect(answered()).toBe(1);
  });

  it('answers all who ring within the delay at once', async () => {
    const { clock, doorbell, wait, answered } = waiting();
    wait();
    await clock.advance(100);
    doorbell.ring();
    await clock.advance(150);
    doorbell.ring();
    expect(answered()).toBe(0);
    await clock.advance(50);
    expect(answered()).toBe(1);
    wait();
    await clock.advance(1000);
    expect(answered()).toBe(1);
  });

  it('hears a ring that came while nobody slept', async () => {
    const { clock, doorbell, wait, answered } = waiting();
    doorbell.ring();
    wait();
    await clock.advance(200);
    expect(answered()).toBe(1);
  });

  it('ends with the signal', async () => {
    const { clock, doorbell, ending } = waiting();
    const wait = doorbell.wait(5000, ending.signal);
    ending.abort(new Error('over'));
    await expect(wait).rejects.toThrow('over');
    expect(clock.sleepers).toBe(0);
  });
});
