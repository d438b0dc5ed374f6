import { createMetrics, silentLogger, systemClock } from '@interlink/runtime';
import { expect, it } from 'vitest';
import { buildPod, withJob } from '../../../test/pods/build-pod.ts';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { withPodDefaults } from '../pod-settings.ts';
import type { PodContext } from './pod-context.ts';
import { createPodMemory } from './pod-memory.ts';
import { createPodMetrics } from './pod-metrics.ts';
import { createPodReconcile } from './reconcile-pod.ts';

it('remembers nothing of a pod that was deleted by force while its job was being ended', async () => {
  const pod = buildPod({ annotations: withJob });
  const deleted = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-07-20T10:00:00Z' } };
  const memory = createPodMemory();
  let isThere = true;
  const fake = createFakeInterLink();
  const context: Partial<PodContext> = {
    api: {
      ...fake,
      delete: () => {
        // As the watch has it: the pod is gone, and what is known of it is forgotten.
        isThere = false;
        memory.forget(pod.metadata?.uid ?? '');
        return Promise.resolve();
      },
    },
    store: { get: () => deleted, byUid: () => (isThere ? deleted : undefined) } as unknown as PodContext['store'],
    events: { event: () => undefined, flush: () => Promise.resolve() },
    clusterId: 'cluster-1',
    nodeIp: '10.0.0.1',
    clock: systemClock,
    logger: silentLogger,
    memory,
    metrics: createPodMetrics(createMetrics()),
    settings: withPodDefaults({}),
    askSoon: () => undefined,
  };
  const reconcile = createPodReconcile(context as PodContext);
  await reconcile('default/demo', { signal: new AbortController().signal });
  expect(memory.deleting.size).toBe(0);
});
