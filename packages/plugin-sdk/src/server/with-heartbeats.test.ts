import type { PodStatusEvent } from '@interlink/spec';
import { systemClock } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { createMemoryPlugin } from '../testing/memory-plugin.ts';
import { until } from '../testing/serve.ts';
import { withHeartbeats } from './with-heartbeats.ts';

const isBeat = (event: PodStatusEvent | undefined): boolean => event !== undefined && 'heartbeat' in event;

describe('withHeartbeats', () => {
  it('fills the silence, passes events on, and loses none that came during a heartbeat', async () => {
    const plugin = createMemoryPlugin();
    const stop = new AbortController();
    const events = withHeartbeats(plugin.watch({ signal: stop.signal }), { clock: systemClock, quietMilliseconds: 10 });
    expect(isBeat((await events.next()).value as PodStatusEvent)).toBe(true);
    expect(isBeat((await events.next()).value as PodStatusEvent)).toBe(true);
    plugin.emit({ UID: 'a' });
    plugin.emit({ UID: 'b' });
    const seen: PodStatusEvent[] = [];
    for await (const event of events) {
      if (!isBeat(event)) seen.push(event);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([{ UID: 'a' }, { UID: 'b' }]);
    stop.abort(new Error('done'));
    await until(() => plugin.openStreams === 0, 'the source to end');
  });

  it('is no more frequent than the silence: heartbeats of the source itself are enough', async () => {
    const own = async function* (): AsyncGenerator<PodStatusEvent, void> {
      for (let count = 0; count < 3; count += 1) {
        await Promise.resolve();
        yield { heartbeat: `own ${count}` };
      }
    };
    const events = await Array.fromAsync(withHeartbeats(own(), { clock: systemClock, quietMilliseconds: 10_000 }));
    expect(events).toEqual([{ heartbeat: 'own 0' }, { heartbeat: 'own 1' }, { heartbeat: 'own 2' }]);
  });

  it('rejects with the error of the source', async () => {
    const failing = async function* (): AsyncGenerator<PodStatusEvent, void> {
      yield { UID: 'a' };
      await Promise.reject(new Error('broken'));
    };
    await expect(
      Array.fromAsync(withHeartbeats(failing(), { clock: systemClock, quietMilliseconds: 1000 })),
    ).rejects.toThrow('broken');
  });
});
