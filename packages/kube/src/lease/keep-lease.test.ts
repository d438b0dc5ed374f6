import { createManualClock, silentLogger } from '@interlink/runtime';
import { expect, it } from 'vitest';
import type { KubeClient } from '../client/kube-client.ts';
import { keepLease } from './keep-lease.ts';
import type { Lease } from './lease.ts';

const hour = 3_600_000;

it('a lease is renewed later than before, also when the clock of the machine was set back', async () => {
  const clock = createManualClock(Date.parse('2026-01-01T00:00:00Z'));
  const renewals: string[] = [];
  let stored: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n' } };
  const client: KubeClient = {
    server: 'https://cluster',
    request: <T>({ method, body }: { method: string; body?: unknown }) => {
      if (method === 'PUT') {
        stored = body as Lease;
        renewals.push(stored.spec?.renewTime ?? '');
      }
      return Promise.resolve(stored as T);
    },
    stream: () => Promise.reject(new Error('not used')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const stop = new AbortController();
  const kept = keepLease({ client, name: 'n', holder: 'n', clock, logger: silentLogger }, stop.signal);
  await clock.advance(10_000);
  clock.jump(2 * hour);
  await clock.advance(10_000);
  clock.jump(-2 * hour);
  await clock.advance(20_000);
  stop.abort();
  await kept;
  expect(renewals.length).toBeGreaterThanOrEqual(5);
  expect(renewals).toEqual([...new Set(renewals)].toSorted());
});
