import type { Pod, PodStatus, PodStatusV1 } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod, container, withJob } from '../../../test/pods/build-pod.ts';
import { known, remote } from '../../../test/pods/remote-status.ts';
import { nextPodStatus } from './pod-status.ts';
import type { StatusContext } from './status-context.ts';

const start = Date.parse('2026-07-20T10:00:00Z');

function context(parts: Partial<StatusContext> = {}): StatusContext {
  return { addresses: { hostIp: '10.0.0.1', podIp: '10.0.0.1' }, lostAfterSeconds: 300, now: start, ...parts };
}

function after(pod: Pod, answer: PodStatus | undefined, parts: Partial<StatusContext> = {}): PodStatusV1 {
  return nextPodStatus(pod, answer, context(parts)).status;
}

function withStatus(pod: Pod, status: PodStatusV1): Pod {
  return { ...pod, status };
}

function condition(status: PodStatusV1, type: string) {
  return status.conditions?.find((item) => item.type === type);
}

describe('a disruption', () => {
  it.each([
    ['Preempted', 'True'],
    ['NodeFailed', 'True'],
    ['NodeBootFailed', 'True'],
    ['JobLost', 'True'],
    ['TimeLimit', undefined],
    ['OOMKilled', undefined],
    [undefined, undefined],
  ])('that the backend calls %s is marked for the Job controller as %s', (reason, marked) => {
    const interlink = { state: 'known' as const, ...(reason === undefined ? {} : { reason, message: 'told' }) };
    const status = after(buildPod(), remote({ main: 143 }, { interlink }));
    expect(status.phase).toBe('Failed');
    expect(condition(status, 'DisruptionTarget')?.status).toBe(marked);
    expect(condition(status, 'DisruptionTarget')?.reason).toBe(marked && reason);
  });

  it('may stand in a container of a foreign plugin', () => {
    const terminated = { exitCode: 143, reason: 'Preempted', message: 'by job 9' };
    const status = after(buildPod(), remote({ main: { state: { terminated } } }));
    expect(condition(status, 'DisruptionTarget')).toMatchObject({ reason: 'Preempted', message: 'by job 9' });
  });

  it('does not mark a pod that succeeded', () => {
    const interlink = { state: 'known' as const, reason: 'NodeFailed', message: 'after its end' };
    expect(condition(after(buildPod(), remote({ main: 0 }, { interlink })), 'DisruptionTarget')).toBeUndefined();
  });
});

describe('a pod that waits', () => {
  const queued = { state: 'known' as const, reason: 'Priority', message: 'other jobs come first' };

  it('says why, and when it is expected to start', () => {
    const interlink = { ...queued, expectedStart: '2026-07-20T12:00:00Z' };
    const status = after(buildPod({ annotations: withJob }), remote({ main: 'waiting' }, { interlink }));
    expect(status).toMatchObject({
      phase: 'Pending',
      message: 'job job-1: other jobs come first; expected to start at 2026-07-20T12:00:00Z',
    });
    expect(status.reason).toBeUndefined();
  });

  it('says no time twice', () => {
    const message = 'other jobs come first; expected to start at 2026-07-20T12:00:00Z';
    const interlink = { ...queued, message, expectedStart: '2026-07-20T12:00:00Z' };
    expect(after(buildPod(), remote({ main: 'waiting' }, { interlink })).message).toBe(message);
  });

  it('keeps its words while the backend cannot be asked, and loses them when it starts', () => {
    const pod = buildPod();
    const first = after(pod, remote({ main: 'waiting' }, { interlink: queued }));
    expect(after(withStatus(pod, first), undefined).message).toBe('other jobs come first');
    expect(after(withStatus(pod, first), remote({ main: 'running' }, known)).message).toBeUndefined();
  });
});

describe('the generation', () => {
  it('of the pod is that of the status and of every condition', () => {
    const status = after(buildPod({ generation: 3 }), remote({ main: 'running' }));
    expect(status.observedGeneration).toBe(3);
    expect(status.conditions?.map((item) => (item as { observedGeneration?: number }).observedGeneration)).toEqual([
      3, 3, 3, 3, 3,
    ]);
  });
});

describe('resources', () => {
  const asked = { requests: { cpu: '1' }, limits: { cpu: '2' } };
  const sized = (resources: object) => ({ spec: { containers: [container('main', { resources })] } });
  const started = after(buildPod(sized(asked)), remote({ main: 'running' }));

  it('of a running container are those that its job was submitted with', () => {
    expect(started.containerStatuses?.[0]).toMatchObject({ resources: asked, allocatedResources: { cpu: '1' } });
  });

  it('that somebody changes later are infeasible, until they are changed back', () => {
    const resized = after(buildPod({ ...sized({ requests: { cpu: '3' } }), status: started }), undefined);
    expect(resized.containerStatuses?.[0]).toMatchObject({ resources: asked });
    expect(condition(resized, 'PodResizePending')).toMatchObject({ status: 'True', reason: 'Infeasible' });
    const back = after(buildPod({ ...sized(asked), status: resized }), undefined);
    expect(condition(back, 'PodResizePending')).toBeUndefined();
  });
});
