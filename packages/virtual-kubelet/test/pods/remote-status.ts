import type { ContainerStatus, PodStatus } from '@interlink/spec';

/** States of containers in short: an exit code, or what stands in the status. */
export type States = Record<string, 'running' | 'waiting' | number | Partial<ContainerStatus>>;

/** Container statuses as a plugin sends them. */
export function statuses(states: States): ContainerStatus[] {
  return Object.entries(states).map(([name, state]) => {
    const base = { name, image: '', imageID: '', ready: false, restartCount: 0 };
    if (state === 'running') return { ...base, ready: true, state: { running: { startedAt: '2026-07-20T10:00:05Z' } } };
    if (state === 'waiting') return { ...base, state: { waiting: { reason: 'Queued', message: 'Priority' } } };
    if (typeof state === 'object') return { ...base, ...state };
    const times = { startedAt: '2026-07-20T10:00:05Z', finishedAt: '2026-07-20T10:00:09Z' };
    return { ...base, state: { terminated: { exitCode: state, ...times } } };
  });
}

/** The answer of a plugin about the pod of `buildPod`. */
export function remote(containers: States, parts: Partial<PodStatus> & { init?: States } = {}): PodStatus {
  const { init, ...rest } = parts;
  const uid = '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11';
  const answer = { name: 'demo', namespace: 'default', UID: uid, containers: statuses(containers), ...rest };
  return init ? { ...answer, initContainers: statuses(init) } : answer;
}

/** Marks an answer as of a plugin of ours. */
export const known = { interlink: { state: 'known' as const } };
