import { silentLogger } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { expect, it } from 'vitest';
import { uidOf, usePodLab } from '../../../test/pods/use-pod-lab.ts';
import { createPodMemory } from './pod-memory.ts';
import { removePod, writeStatus } from './write-pod.ts';

const { client, create, deletePod, read } = usePodLab();
const { signal } = new AbortController();

function context() {
  const kept: Pod[] = [];
  const store = {
    directory: { get: () => undefined, list: () => [] },
    get: () => undefined,
    byUid: () => undefined,
    list: () => [],
    keep: (pod: Pod) => void kept.push(pod),
    follow: () => undefined,
  };
  return { client: client(), store, kept, logger: silentLogger, memory: createPodMemory() };
}

it('writes the status and the job id in one request, and keeps the answer', async () => {
  const pod = await create();
  const { kept, ...own } = context();
  await writeStatus(own, pod, { ...pod.status, phase: 'Running' }, { jobId: 'job-1', signal });
  const written = await read();
  expect(written).toMatchObject({ metadata: { annotations: { JobID: 'job-1' } }, status: { phase: 'Running' } });
  expect(kept[0]?.metadata?.resourceVersion).toBe(written?.metadata?.resourceVersion);
});

it('touches no other pod of the same name', async () => {
  const old = await create();
  await deletePod({ force: true });
  const other = await create();
  const own = context();
  await writeStatus(own, old, { phase: 'Failed' }, { signal });
  await removePod(own, old, signal);
  const found = await read();
  expect(uidOf(found)).toBe(uidOf(other));
  expect(found?.status?.phase).toBe('Pending');
  expect(found?.metadata?.deletionTimestamp).toBeUndefined();
});

it('has nothing to do for a pod that is gone', async () => {
  const pod = await create();
  await deletePod({ force: true });
  const own = context();
  await writeStatus(own, pod, { phase: 'Failed' }, { signal });
  await removePod(own, pod, signal);
  expect(await read()).toBeUndefined();
});
