import { createManualClock, silentLogger } from '@interlink/runtime';
import { ConflictError, InvalidInputError, UnavailableError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { createController, type Reconcile } from './create-controller.ts';
import { createWorkQueue } from './create-work-queue.ts';

function start(reconcile: Reconcile, workers = 1) {
  const clock = createManualClock();
  const queue = createWorkQueue({ clock, backoff: { initialMilliseconds: 100, maximumMilliseconds: 1000, jitter: 0 } });
  const stop = new AbortController();
  const ended = createController({ name: 'test', queue, workers, reconcile, logger: silentLogger }).run(stop.signal);
  return { clock, queue, stop, ended };
}

describe('controller', () => {
  it.each([
    ['an error that may pass', () => new UnavailableError('down'), [0, 100, 300]],
    ['a defect', () => new TypeError('oops'), [0, 100, 300]],
    ['a conflict', () => new ConflictError('older'), [0, 100, 300]],
    ['an error that stays', () => new InvalidInputError('no'), [0]],
  ])('after %s it tries at %j', async (_name, error, expected) => {
    const times: number[] = [];
    const { clock, queue, stop, ended } = start(() => {
      times.push(clock.now());
      return times.length < 3 ? Promise.reject(error()) : Promise.resolve(undefined);
    });
    queue.add('a');
    await clock.advance(5000);
    expect(times).toEqual(expected);
    stop.abort();
    await ended;
  });

  it('comes back when the reconcile asks for it', async () => {
    const times: number[] = [];
    const { clock, queue, stop, ended } = start(() => {
      times.push(clock.now());
      return Promise.resolve(times.length < 3 ? { requeueAfterSeconds: 30 } : undefined);
    });
    queue.add('a');
    await clock.advance(300_000);
    expect(times).toEqual([0, 30_000, 60_000]);
    stop.abort();
    await ended;
  });

  it('works on many keys at once, and ends only when every reconcile has returned', async () => {
    let running = 0;
    let most = 0;
    const { clock, queue, stop, ended } = start(async (_key, { signal }) => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(1000, { signal }).catch(() => undefined);
      running -= 1;
      return undefined;
    }, 3);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await clock.advance(1);
    stop.abort();
    await ended;
    expect({ running, most }).toEqual({ running: 0, most: 3 });
  });

  it('lets what is under way end after it takes no more keys', async () => {
    const clock = createManualClock();
    const queue = createWorkQueue({ clock });
    const [taking, working] = [new AbortController(), new AbortController()];
    const done: string[] = [];
    const reconcile: Reconcile = async (key, { signal }) => {
      await clock.sleep(key === 'long' ? 60_000 : 1000, { signal });
      done.push(key);
      return undefined;
    };
    const controller = createController({ name: 'test', queue, workers: 2, reconcile, logger: silentLogger });
    const ended = controller.run(taking.signal, working.signal);
    for (const key of ['short', 'long', 'waiting']) queue.add(key);
    await clock.advance(1);
    taking.abort();
    await clock.advance(2000);
    expect(done).toEqual(['short']);
    working.abort();
    await ended;
    expect(done).toEqual(['short']);
  });
});
