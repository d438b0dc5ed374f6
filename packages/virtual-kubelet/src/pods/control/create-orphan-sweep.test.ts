import type { KubeClient } from '@interlink/kube';
import { createMetrics, silentLogger, systemClock } from '@interlink/runtime';
import { BackendError, NotFoundError, type HeldPod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { withPodDefaults } from '../pod-settings.ts';
import { createOrphanSweep } from './create-orphan-sweep.ts';
import type { PodContext } from './pod-context.ts';
import { createPodMetrics } from './pod-metrics.ts';

const held = (uid: string, owner: Partial<HeldPod> = {}): HeldPod => ({
  uid,
  name: uid,
  namespace: 'default',
  node: 'lab',
  cluster: 'cluster-1',
  jobId: `job-${uid}`,
  ...owner,
});

function sweepOf(jobs: readonly HeldPod[]) {
  const fake = createFakeInterLink({ features: ['list'] });
  const client: Pick<KubeClient, 'request'> = { request: () => Promise.reject(new NotFoundError('no such pod')) };
  const context: Partial<PodContext> = {
    api: { ...fake, list: () => Promise.resolve(jobs) },
    client: client as KubeClient,
    nodeName: 'lab',
    clusterId: 'cluster-1',
    clock: systemClock,
    logger: silentLogger,
    features: fake.features,
    settings: withPodDefaults({ orphanAfterSeconds: 0 }),
    metrics: createPodMetrics(createMetrics()),
    store: { byUid: () => undefined } as unknown as PodContext['store'],
  };
  return { fake, sweep: createOrphanSweep(context as PodContext) };
}

describe('orphan sweep', () => {
  it('deletes what has no pod, of this cluster and node alone', async () => {
    const others = [held('x', { cluster: 'other' }), held('y', { node: 'other' }), held('z', { cluster: '' })];
    const { fake, sweep } = sweepOf([...others, held('a')]);
    await sweep.sweep(new AbortController().signal);
    expect(fake.deletes).toEqual(['a']);
  });

  it('goes on with the others when one cannot be deleted', async () => {
    const { fake, sweep } = sweepOf([held('a'), held('b')]);
    fake.deleteErrors.push(new BackendError('scancel said no'));
    expect(await sweep.sweep(new AbortController().signal)).toBe(2);
    expect(fake.deletes).toEqual(['a', 'b']);
  });
});
