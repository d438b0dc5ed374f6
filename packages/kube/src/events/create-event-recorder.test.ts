import { createLogger, createManualClock } from '@interlink/runtime';
import { UnavailableError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { KubeClient, KubeRequest } from '../client/kube-client.ts';
import { createEventRecorder, type EventObject } from './create-event-recorder.ts';

interface Sent {
  readonly involvedObject: EventObject;
  readonly reason: string;
}

/** The edge to the API server: each answer takes 20 ms of the clock. */
function world(options: { readonly fails?: (sent: Sent) => boolean } = {}) {
  const clock = createManualClock();
  const written: { at: number; name: string; reason: string }[] = [];
  const seen = { now: 0, most: 0 };
  const client: KubeClient = {
    server: 'https://api',
    async request<T>({ body }: KubeRequest) {
      const sent = body as Sent;
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      await clock.sleep(20);
      seen.now -= 1;
      if (options.fails?.(sent) === true) throw new UnavailableError('down');
      written.push({ at: clock.now(), name: sent.involvedObject.name, reason: sent.reason });
      return undefined as T;
    },
    stream: () => Promise.reject(new Error('no streams')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const warnings: unknown[] = [];
  const destination = {
    write: (line: string) => void warnings.push((JSON.parse(line) as { msg: unknown }).msg),
  };
  const logger = createLogger({ name: 'test', level: 'warn', destination });
  const recorder = createEventRecorder({ client, component: 'test', logger, clock });
  const tell = (index: number, ...reasons: readonly string[]): void => {
    for (const reason of reasons)
      recorder.event(
        { apiVersion: 'v1', kind: 'Pod', name: `pod-${index}`, uid: `uid-${index}` },
        'Normal',
        reason,
        'm',
      );
  };
  return { clock, written, warnings, recorder, tell, seen };
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('an event recorder', () => {
  it('sends four at a time, those of a pod in order', async () => {
    const { clock, written, tell, seen } = world();
    for (const index of range(40)) tell(index, 'JobSubmitted', 'Started', 'Ended');
    await clock.advance(5000);
    expect(written).toHaveLength(120);
    expect(seen.most).toBe(4);
    for (const index of range(40)) {
      const reasons = written.filter(({ name }) => name === `pod-${index}`).map(({ reason }) => reason);
      expect(reasons).toEqual(['JobSubmitted', 'Started', 'Ended']);
    }
  });

  it('sends no more than 200 a second after a burst, and loses nothing of what 10,000 pods tell', async () => {
    const { clock, written, tell, warnings } = world();
    for (const index of range(10_000)) tell(index, 'JobSubmitted', 'Started');
    await clock.advance(10_000);
    const { length } = written;
    expect(length).toBeGreaterThan(1500);
    expect(length).toBeLessThanOrEqual(400 + 10 * 200);
    await clock.advance(200_000);
    expect(written).toHaveLength(20_000);
    expect(warnings).toEqual([]);
  });

  it('says once that more is told than can be sent', async () => {
    const { clock, written, tell, warnings } = world();
    for (const index of range(20_100)) tell(index, 'Started');
    await clock.advance(200_000);
    expect(written).toHaveLength(20_000);
    expect(warnings).toEqual(['events are left out, more were told than can be sent']);
  });

  it('goes on after one that fails, and has sent or given up all of it when it is flushed', async () => {
    const { clock, written, tell, recorder } = world({ fails: ({ reason }) => reason === 'Started' });
    tell(1, 'JobSubmitted', 'Started', 'Ended');
    const flushed = recorder.flush().then(() => written.map(({ reason }) => reason));
    await clock.advance(1000);
    expect(await flushed).toEqual(['JobSubmitted', 'Ended']);
  });
});
