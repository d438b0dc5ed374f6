import { aborted, silentLogger } from '@interlink/runtime';
import { startControlPlane, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { openClient } from '../../test/kube-test-client.ts';
import { fenceKubeClient, type KubeClient } from '../index.ts';
import { electLeader } from './elect-leader.ts';
import type { Leadership } from './leadership.ts';

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  client = await openClient(controlPlane.kubeconfigFile);
}, 900_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
});

const namespace = 'default';
const short = { leaseDurationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.2 };

/** A replica whose connection and clock a test can break. */
function stand(name: string, identity: string) {
  const stop = new AbortController();
  const terms: Leadership[] = [];
  let isCut = false;
  let lateBy = 0;
  const cuttable: KubeClient = {
    ...client,
    request: (request) => (isCut ? Promise.reject(new Error('cut')) : client.request(request)),
  };
  const options = {
    ...short,
    client: cuttable,
    namespace,
    name,
    identity,
    logger: silentLogger,
    monotonicMilliseconds: () => performance.now() + lateBy,
  };
  const lead = (leadership: Leadership): Promise<void> => {
    terms.push(leadership);
    return aborted(AbortSignal.any([leadership.signal, stop.signal]));
  };
  const ended = electLeader(options, lead, stop.signal);
  return {
    terms,
    leads: () => terms.at(-1)?.signal.aborted === false,
    cut: (cut: boolean) => (isCut = cut),
    /** As after a pause of the process: time has gone on, timers have not. */
    pausedFor: (milliseconds: number) => (lateBy += milliseconds),
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

const leaseOf = (name: string) =>
  client.request<{ spec: { holderIdentity: string; leaseTransitions: number } }>({
    method: 'GET',
    path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`,
  });

describe('leader election', () => {
  it('lets one of two lead, and the other at once when the first stops', async () => {
    const first = stand('orderly', 'a');
    await eventually(() => first.leads());
    const second = stand('orderly', 'b');
    await eventually(async () => (await leaseOf('orderly')).spec.holderIdentity === 'a');
    expect(second.leads()).toBe(false);
    await first.stop();
    expect(first.leads()).toBe(false);
    await eventually(() => second.leads());
    expect((await leaseOf('orderly')).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    await second.stop();
    expect((await leaseOf('orderly')).spec.holderIdentity).toBe('');
  });

  it('stops a leader that cannot renew before another one leads', async () => {
    const first = stand('cut', 'a');
    await eventually(() => first.leads());
    const second = stand('cut', 'b');
    first.cut(true);
    await eventually(() => second.leads() || !first.leads());
    expect(second.leads()).toBe(false);
    await eventually(() => second.leads());
    first.cut(false);
    expect(first.terms).toHaveLength(1);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('refuses a write of a leader that was paused, before any timer says so', async () => {
    const replica = stand('paused', 'a');
    await eventually(() => replica.leads());
    const [term] = replica.terms;
    const fenced = fenceKubeClient(client, () => term?.check());
    const body = { metadata: { generateName: 'fenced-' } };
    const write = () => fenced.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, body });
    await expect(write()).resolves.toMatchObject({ kind: 'ConfigMap' });
    replica.pausedFor(2500);
    await expect(write()).rejects.toMatchObject({
      message: expect.stringContaining('does not lead any more') as string,
    });
    await expect(fenced.request({ method: 'GET', path: '/api/v1/namespaces/default' })).resolves.toBeDefined();
    // The lease is still its own: it stands again and leads anew.
    await eventually(() => replica.terms.length === 2);
    expect(() => term?.check()).toThrow('does not lead any more');
    await replica.stop();
  });

  it('leads again after the lease was deleted', async () => {
    const replica = stand('deleted', 'a');
    await eventually(() => replica.leads());
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/deleted`;
    await client.request({ method: 'DELETE', path });
    await eventually(() =>
      leaseOf('deleted').then(
        ({ spec }) => spec.holderIdentity === 'a',
        () => false,
      ),
    );
    expect(replica.terms).toHaveLength(1);
    await replica.stop();
  });
});
