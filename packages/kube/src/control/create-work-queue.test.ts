import { createManualClock } from '@interlink/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkQueue } from './create-work-queue.ts';

const backoff = { initialMilliseconds: 100, maximumMilliseconds: 1000, jitter: 0 };
const never = new AbortController().signal;

function setUp() {
  const clock = createManualClock();
  return { clock, queue: createWorkQueue({ clock, backoff }) };
}

describe('work queue', () => {
  it('gives out keys in order and each once, however often it was added', async () => {
    const { queue } = setUp();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(queue.size).toBe(3);
    expect([await queue.get(never), await queue.get(never), await queue.get(never)]).toEqual(['a', 'b', 'c']);
  });

  it('gives out urgent keys before the others, also one that waited as another or is worked on', async () => {
    const { queue } = setUp();
    queue.add('working');
    await queue.get(never);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    for (const key of ['b', 'd', 'working']) queue.add(key, { isUrgent: true });
    queue.add('d');
    expect(queue.size).toBe(4);
    queue.add('working');
    queue.done('working');
    const given: string[] = [];
    while (queue.size > 0) given.push(await queue.get(never));
    expect(given).toEqual(['b', 'd', 'working', 'a', 'c']);
  });

  it.each([172_800_000, -172_800_000])('waits as long when the clock is set by %d ms meanwhile', async (jump) => {
    const { clock, queue } = setUp();
    queue.add('a', { afterSeconds: 10 });
    const given: string[] = [];
    void queue.get(never).then((key) => given.push(key));
    await clock.advance(5000);
    clock.jump(jump);
    await clock.advance(4000);
    expect(given).toEqual([]);
    await clock.advance(2000);
    expect(given).toEqual(['a']);
  });

  it('holds a key back while it is worked on, and gives it out once more afterwards', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.get(never);
    queue.add('a');
    queue.add('a');
    expect(queue.size).toBe(0);
    queue.done('a');
    expect(queue.size).toBe(1);
    expect(await queue.get(never)).toBe('a');
    queue.done('a');
    expect(queue.size).toBe(0);
  });

  it('gives out a delayed key when its time has come, the earliest of several times', async () => {
    const { clock, queue } = setUp();
    const got: [string, number][] = [];
    queue.add('late', { afterSeconds: 10 });
    queue.add('key', { afterSeconds: 5 });
    queue.add('key', { afterSeconds: 2 });
    queue.add('key', { afterSeconds: 7 });
    void queue.get(never).then((key) => got.push([key, clock.now()]));
    void queue.get(never).then((key) => got.push([key, clock.now()]));
    await clock.advance(20_000);
    expect(got).toEqual([
      ['key', 2000],
      ['late', 10_000],
    ]);
  });

  it('waits longer after each failure of a key, and starts small again once it is forgotten', () => {
    const { queue } = setUp();
    expect([1, 2, 3, 4, 5, 6].map(() => queue.failed('a'))).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(queue.failed('b')).toBe(100);
    queue.forget('a');
    expect(queue.failed('a')).toBe(100);
  });

  it('has no timer while nobody waits', async () => {
    const { clock, queue } = setUp();
    queue.add('a', { afterSeconds: 60 });
    expect(clock.sleepers).toBe(0);
    const stop = new AbortController();
    const waiting = queue.get(stop.signal);
    expect(clock.sleepers).toBe(1);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(clock.sleepers).toBe(0);
  });

  it('gives a key that became due while nobody waited to the next who asks', async () => {
    const { clock, queue } = setUp();
    queue.add('a', { afterSeconds: 1 });
    await clock.advance(5000);
    expect(await queue.get(never)).toBe('a');
  });

  it('rejects at once with an aborted signal and keeps the key', async () => {
    const { queue } = setUp();
    queue.add('a');
    await expect(queue.get(AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(await queue.get(never)).toBe('a');
  });

  it('loses no key and never gives one out twice at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 3 })), { maxLength: 40 }),
        async (adds) => {
          const { clock, queue } = setUp();
          const stop = new AbortController();
          const busy = new Set<string>();
          const seen = new Set<string>();
          const worker = async (): Promise<void> => {
            for (;;) {
              const key = await queue.get(stop.signal);
              expect(busy.has(key)).toBe(false);
              busy.add(key);
              await clock.sleep(500);
              busy.delete(key);
              seen.add(key);
              queue.done(key);
            }
          };
          const workers = [worker(), worker()].map((running) => running.catch(() => undefined));
          for (const [key, afterSeconds] of adds) queue.add(key, { afterSeconds });
          await clock.advance(60_000);
          expect([...seen].toSorted()).toEqual([...new Set(adds.map(([key]) => key))].toSorted());
          stop.abort();
          await Promise.all(workers);
        },
      ),
      { numRuns: 50 },
    );
  });
});
