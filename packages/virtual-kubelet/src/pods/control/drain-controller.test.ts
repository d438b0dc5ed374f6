import { createController, createWorkQueue } from '@interlink/kube';
import { createManualClock, silentLogger } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { drainController } from './drain-controller.ts';

function start(workMilliseconds: number) {
  const clock = createManualClock();
  const queue = createWorkQueue({ clock });
  const stop = new AbortController();
  const ends: string[] = [];
  const reconcile = async (key: string, { signal }: { readonly signal: AbortSignal }) => {
    await clock.sleep(workMilliseconds, { signal }).then(
      () => ends.push(`${key} done`),
      () => ends.push(`${key} broken off`),
    );
    return undefined;
  };
  const worker = createController({ name: 'test', queue, workers: 1, reconcile, logger: silentLogger });
  const ended = drainController(worker, { clock, milliseconds: 10_000 }).run(stop.signal);
  queue.add('first');
  queue.add('second');
  return { clock, stop, ends, ended };
}

describe('the end of the pod controller', () => {
  it('waits for what is under way and begins nothing', async () => {
    const { clock, stop, ends, ended } = start(3000);
    await clock.advance(1);
    stop.abort();
    await clock.advance(3000);
    await ended;
    expect(ends).toEqual(['first done']);
    expect(clock.sleepers).toBe(0);
  });

  it('breaks off what takes too long', async () => {
    const { clock, stop, ends, ended } = start(60_000);
    await clock.advance(1);
    stop.abort();
    await clock.advance(10_000);
    await ended;
    expect(ends).toEqual(['first broken off']);
  });
});
