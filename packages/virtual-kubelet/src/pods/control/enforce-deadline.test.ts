import { silentLogger, systemClock } from '@interlink/runtime';
import { NotFoundError, type Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod, withJob } from '../../../test/pods/build-pod.ts';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { withPodDefaults } from '../pod-settings.ts';
import { failOverduePod, secondsToDeadline } from './enforce-deadline.ts';
import type { PodContext } from './pod-context.ts';
import { createPodMemory } from './pod-memory.ts';

const ageSeconds = (time: string): number => (Date.parse('2026-01-01T00:01:00Z') - Date.parse(time)) / 1000;
const running = (startedAt: string) => ({ name: 'main', state: { running: { startedAt } } });
const podOf = (activeDeadlineSeconds: number | undefined, status: Pod['status']): Pod => ({
  spec: { containers: [], ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }) },
  ...(status ? { status } : {}),
});
const started = { containerStatuses: [running('2026-01-01T00:00:00Z')] } as Pod['status'];

describe('the deadline of a pod', () => {
  it('counts from the start of its first container, and leaves the backend 5 s to be first', () => {
    expect(secondsToDeadline(podOf(100, started), ageSeconds)).toBe(45);
    expect(secondsToDeadline(podOf(30, started), ageSeconds)).toBe(-25);
  });

  it('is none where the pod has none, has ended, or waits for its machine', () => {
    expect(secondsToDeadline(podOf(undefined, started), ageSeconds)).toBeUndefined();
    expect(secondsToDeadline(podOf(1, { ...started, phase: 'Succeeded' }), ageSeconds)).toBeUndefined();
    expect(secondsToDeadline(podOf(1, { startTime: '2025-01-01T00:00:00Z' }), ageSeconds)).toBeUndefined();
  });
});

describe('a pod whose deadline is over', () => {
  it('fails also where the backend has no job of it any more', async () => {
    const fake = createFakeInterLink();
    fake.deleteErrors.push(new NotFoundError('no such job'));
    const written: unknown[] = [];
    const context: Partial<PodContext> = {
      api: fake,
      client: {
        request: ({ body }: { body: { status: unknown } }) => {
          written.push(body.status);
          return Promise.resolve(buildPod());
        },
      } as unknown as PodContext['client'],
      store: { keep: () => undefined } as unknown as PodContext['store'],
      clusterId: 'cluster-1',
      nodeIp: '10.0.0.1',
      clock: systemClock,
      logger: silentLogger,
      memory: createPodMemory(),
      settings: withPodDefaults({}),
    };
    const pod = buildPod({
      annotations: withJob,
      spec: { activeDeadlineSeconds: 30 },
      ...(started && { status: started }),
    });
    await failOverduePod(context as PodContext, pod, new AbortController().signal);
    expect(written).toMatchObject([{ phase: 'Failed', reason: 'DeadlineExceeded' }]);
  });
});
