import { annotations, type Pod, type PodStatus, type PodStatusV1 } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod, container, withJob } from '../../../test/pods/build-pod.ts';
import { known, remote, statuses } from '../../../test/pods/remote-status.ts';
import { jobGoneReason, remoteStateKnown } from './remote-evidence.ts';
import { nextPodStatus } from './pod-status.ts';
import type { StatusContext } from './status-context.ts';

const start = Date.parse('2026-07-20T10:00:00Z');
const uid = '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11';

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

const two = { spec: { containers: [container('a'), container('b')] } };
const init = { spec: { initContainers: [container('prep')] } };
const sidecar = { spec: { initContainers: [container('proxy', { restartPolicy: 'Always' })] } };
const policy = (restartPolicy: string) => ({ spec: { restartPolicy } });

describe('ephemeral containers', () => {
  const pod = buildPod({ spec: { ephemeralContainers: [{ name: 'debugger', image: 'example/debugger' }] } });
  const answer = (debug: Parameters<typeof statuses>[0], main: 'running' | number) =>
    remote({ main }, { ...known, ephemeralContainers: statuses(debug) });

  it('wait until the backend tells of them', () => {
    const { ephemeralContainerStatuses: found, containerStatuses } = after(pod, remote({ main: 'running' }, known));
    expect(found).toMatchObject([{ name: 'debugger', state: { waiting: { reason: 'ContainerCreating' } } }]);
    expect(containerStatuses?.map(({ name }) => name)).toEqual(['main']);
  });

  it('do not decide what becomes of the pod', () => {
    const failed = after(pod, answer({ debugger: 9 }, 'running'));
    expect(failed.phase).toBe('Running');
    expect(condition(failed, 'Ready')?.status).toBe('True');
    expect(failed.ephemeralContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(9);
  });

  it('end with it, and start no second time', () => {
    const over = after(pod, answer({ debugger: 'running' }, 0));
    expect(over.phase).toBe('Succeeded');
    expect(over.ephemeralContainerStatuses?.[0]?.state?.terminated?.reason).toBe('ContainerStatusUnknown');
    const once = withStatus(pod, after(pod, answer({ debugger: 0 }, 'running')));
    const again = after(once, answer({ debugger: 'running' }, 'running'));
    expect(again.ephemeralContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  });
});

describe('the phase', () => {
  it.each<[string, Parameters<typeof buildPod>[0], PodStatus | undefined, string]>([
    ['waits without an answer', {}, undefined, 'Pending'],
    ['waits while the job is queued', {}, remote({ main: 'waiting' }), 'Pending'],
    ['runs with its container', {}, remote({ main: 'running' }), 'Running'],
    ['succeeds with exit code 0', {}, remote({ main: 0 }), 'Succeeded'],
    ['fails with any other', {}, remote({ main: 3 }), 'Failed'],
    ['needs every container of the spec to succeed', two, remote({ a: 0 }), 'Running'],
    ['succeeds when all have', two, remote({ a: 0, b: 0 }), 'Succeeded'],
    ['runs on while one has failed', two, remote({ a: 1, b: 'running' }), 'Running'],
    ['fails when all have ended and one failed', two, remote({ a: 1, b: 0 }), 'Failed'],
    ['never succeeds on an empty answer', {}, remote({}), 'Pending'],
    ['never succeeds on a null answer', {}, { UID: uid, containers: null, initContainers: null }, 'Pending'],
    ['ignores containers that the spec does not have', {}, remote({ other: 0 }), 'Pending'],
    ['takes no end without an exit code', {}, remote({ main: { state: { terminated: {} as never } } }), 'Pending'],
    ['fails with an init container', init, remote({ main: 'waiting' }, { init: { prep: 2 } }), 'Failed'],
    ['waits for init containers', init, remote({ main: 'waiting' }, { init: { prep: 'running' } }), 'Pending'],
    ['does not wait for a sidecar to end', sidecar, remote({ main: 0 }, { init: { proxy: 'running' } }), 'Succeeded'],
    ['takes an end as final from a foreign plugin', policy('Always'), remote({ main: 0 }), 'Succeeded'],
    ['fails likewise', policy('OnFailure'), remote({ main: 1 }), 'Failed'],
    ['runs on where ours will start it again', policy('Always'), remote({ main: 0 }, known), 'Running'],
    ['runs on after a failure that is repeated', policy('OnFailure'), remote({ main: 1 }, known), 'Running'],
    ['succeeds where success is not repeated', policy('OnFailure'), remote({ main: 0 }, known), 'Succeeded'],
    [
      'ignores states that the backend does not know',
      {},
      remote({ main: 0 }, { interlink: { state: 'unknown' } }),
      'Pending',
    ],
    ['ignores states of a job that is gone', {}, remote({ main: 0 }, { interlink: { state: 'gone' } }), 'Pending'],
  ])('%s', (_, parts, answer, phase) => {
    expect(after(buildPod(parts), answer).phase).toBe(phase);
  });

  it('is final for a restart policy when nothing starts again', () => {
    const pod = buildPod(policy('Always'));
    const first = nextPodStatus(pod, remote({ main: 0 }, known), context({ now: Date.parse('2026-07-20T10:00:10Z') }));
    expect(first).toMatchObject({ status: { phase: 'Running' }, lookAgainAfterSeconds: 9 });
    const later = after(withStatus(pod, first.status), undefined, { now: Date.parse('2026-07-20T10:00:19Z') });
    expect(later.phase).toBe('Succeeded');
  });

  it('is never left once it is terminal', () => {
    for (const phase of ['Succeeded', 'Failed']) {
      const status = { phase, containerStatuses: statuses({ main: 0 }) };
      expect(after(buildPod({ status }), remote({ main: 'running' }))).toBe(status);
    }
  });

  it('does not go back to Pending when a job is queued again', () => {
    expect(after(buildPod({ status: { phase: 'Running' } }), remote({ main: 'waiting' })).phase).toBe('Running');
  });

  it('takes the reason of the backend when it fails', () => {
    const interlink = { state: 'known' as const, reason: 'DeadlineExceeded', message: 'time limit of 10 min' };
    const status = after(buildPod(), remote({ main: 137 }, { interlink }));
    expect(status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'time limit of 10 min' });
  });

  it('leaves out containers that are not offloaded', () => {
    const pod = buildPod({ ...two, annotations: { [annotations.disableOffloadContainers]: 'b' } });
    const status = after(pod, remote({ a: 0 }));
    expect(status.phase).toBe('Succeeded');
    expect(status.containerStatuses?.[1]?.state?.waiting?.reason).toBe('NotOffloaded');
  });
});

describe('a container', () => {
  it('keeps the reason, message and signal of the backend', () => {
    const terminated = { exitCode: 137, signal: 9, reason: 'OOMKilled', message: 'over 1 GiB' };
    const status = after(buildPod(), remote({ main: { state: { terminated } } }));
    expect(status.containerStatuses?.[0]?.state?.terminated).toMatchObject(terminated);
  });

  it('gets the reasons and times of a kubelet where the backend gives none', () => {
    const pod = buildPod();
    const running = after(pod, remote({ main: { state: { running: {} } } }));
    expect(running.containerStatuses?.[0]?.state).toEqual({ running: { startedAt: '2026-07-20T10:00:00Z' } });
    const zero = { exitCode: 1, startedAt: '0001-01-01T00:00:00Z', finishedAt: '0001-01-01T00:00:00Z' };
    const ended = after(withStatus(pod, running), remote({ main: { state: { terminated: zero } } }), {
      now: start + 60_000,
    });
    expect(ended.containerStatuses?.[0]?.state?.terminated).toEqual({
      exitCode: 1,
      reason: 'Error',
      startedAt: '2026-07-20T10:00:00Z',
      finishedAt: '2026-07-20T10:01:00Z',
    });
  });

  it('has whole seconds, as the API server keeps them', () => {
    const startedAt = '2026-07-20T12:00:05.987654321+02:00';
    const status = after(buildPod(), remote({ main: { state: { running: { startedAt } } } }));
    expect(status.containerStatuses?.[0]?.state?.running?.startedAt).toBe('2026-07-20T10:00:05Z');
  });

  it('keeps its state when the answer leaves it out', () => {
    const pod = buildPod(two);
    const before = after(pod, remote({ a: 'running', b: 'running' }));
    const status = after(withStatus(pod, before), remote({ a: 'running' }), { now: start + 5000 });
    expect(status).toEqual(before);
  });

  it('does not start again after its end when the policy says never', () => {
    const pod = buildPod(two);
    const before = after(pod, remote({ a: 1, b: 'running' }));
    const status = after(withStatus(pod, before), remote({ a: 'running', b: 'running' }));
    expect(status.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(1);
  });

  it('counts a restart and keeps the last end', () => {
    const pod = buildPod({ spec: { ...two.spec, restartPolicy: 'OnFailure' } });
    const before = after(pod, remote({ a: 1, b: 'running' }, known));
    const status = after(withStatus(pod, before), remote({ a: 'running', b: 'running' }, known));
    expect(status.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
      state: { running: {} },
    });
  });

  it('takes the restart count and last state that the backend tells', () => {
    const lastState = { terminated: { exitCode: 2, reason: 'Error' } };
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } };
    const status = after(buildPod(policy('Always')), remote({ main: { restartCount: 4, lastState, state } }, known));
    expect(status.phase).toBe('Running');
    expect(status.containerStatuses?.[0]).toMatchObject({ restartCount: 4, lastState, state });
  });

  it.each([
    ['ready when a foreign plugin only says running', {}, false, true],
    [
      'not ready when a foreign plugin runs its probe',
      { readinessProbe: { exec: { command: ['true'] } } },
      false,
      false,
    ],
    ['not ready when ours says so', {}, true, false],
  ])('is %s', (_, parts, ours, ready) => {
    const pod = buildPod({ spec: { containers: [container('main', parts)] } });
    const answer = remote({ main: { ready: false, state: { running: {} } } }, ours ? known : {});
    expect(after(pod, answer).containerStatuses?.[0]?.ready).toBe(ready);
  });

  it('survives what is no container status at all', () => {
    const odd = { name: 'main', state: { terminated: { exitCode: '0' } }, restartCount: -1, ready: 'yes' } as never;
    const status = after(buildPod(), remote({ main: odd }));
    expect(status.phase).toBe('Pending');
    expect(condition(status, remoteStateKnown)).toMatchObject({ status: 'False', reason: 'ExitCodeMissing' });
  });
});

describe('init containers', () => {
  it('have a status each, so that kubectl shows Init:1/2', () => {
    const pod = buildPod({ spec: { initContainers: [container('one'), container('two')] } });
    const status = after(pod, remote({ main: 'waiting' }, { init: { one: 0, two: 'running' } }));
    expect(status.initContainerStatuses?.map(({ name, ready }) => [name, ready])).toEqual([
      ['one', true],
      ['two', false],
    ]);
    expect(condition(status, 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [two]',
    });
  });

  it('count as done when a plugin that never reports them runs a main container', () => {
    const status = after(buildPod(init), remote({ main: 'running' }));
    expect(status.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(condition(status, 'Initialized')?.status).toBe('True');
  });

  it('wait as a kubelet shows it before anything is known', () => {
    const status = after(buildPod(init), undefined);
    const waiting = { reason: 'PodInitializing' };
    expect(status.initContainerStatuses?.[0]?.state).toEqual({ waiting });
    expect(status.containerStatuses?.[0]?.state).toEqual({ waiting });
  });
});

describe('the conditions', () => {
  it('are those of a kubelet', () => {
    const status = after(buildPod(), remote({ main: 'running' }));
    const types = ['PodScheduled', 'PodReadyToStartContainers', 'Initialized', 'ContainersReady', 'Ready'];
    expect(status.conditions?.map(({ type, status: value }) => [type, value])).toEqual(
      types.map((type) => [type, 'True']),
    );
  });

  it.each([
    [0, 'PodCompleted'],
    [1, 'PodFailed'],
  ])('say why a pod that ended with %i is not ready', (code, reason) => {
    const status = after(buildPod(), remote({ main: code }));
    expect(condition(status, 'Ready')).toMatchObject({ status: 'False', reason });
    expect(condition(status, 'ContainersReady')).toMatchObject({ status: 'False', reason });
  });

  it('keep their time while they stay and those of others always', () => {
    const gate = { type: 'example.com/gate', status: 'True', lastTransitionTime: '2026-07-20T09:00:00Z' };
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-07-20T09:59:00Z' };
    const pod = buildPod({ status: { conditions: [scheduled, gate] } });
    const first = after(pod, remote({ main: 'running' }));
    const second = after(withStatus(pod, first), remote({ main: 0 }), { now: start + 60_000 });
    expect(condition(second, 'PodScheduled')?.lastTransitionTime).toBe('2026-07-20T09:59:00Z');
    expect(condition(second, 'Initialized')?.lastTransitionTime).toBe('2026-07-20T10:00:00Z');
    expect(condition(second, 'Ready')?.lastTransitionTime).toBe('2026-07-20T10:01:00Z');
    expect(second.conditions).toContainEqual(gate);
  });

  it('wait for readiness gates', () => {
    const pod = buildPod({ spec: { readinessGates: [{ conditionType: 'example.com/gate' }] } });
    const status = after(pod, remote({ main: 'running' }));
    expect(condition(status, 'ContainersReady')?.status).toBe('True');
    expect(condition(status, 'Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' });
  });
});

describe('what the backend cannot say', () => {
  const unknown = {
    interlink: { state: 'unknown' as const, reason: 'SlurmctldUnreachable', message: 'connection refused' },
  };
  const gone = { interlink: { state: 'gone' as const } };

  it('moves nothing and is said in a condition', () => {
    const pod = buildPod({ annotations: withJob });
    const before = after(pod, remote({ main: 'running' }));
    const status = after(withStatus(pod, before), remote({ main: 0 }, unknown));
    expect(status.containerStatuses).toEqual(before.containerStatuses);
    expect(status.phase).toBe('Running');
    expect(condition(status, remoteStateKnown)).toMatchObject({
      status: 'False',
      reason: 'SlurmctldUnreachable',
      message: 'connection refused',
    });
    const again = after(withStatus(pod, status), remote({ main: 'running' }, known));
    expect(condition(again, remoteStateKnown)).toMatchObject({ status: 'True' });
  });

  it('is no news in other words', () => {
    const pod = buildPod({ annotations: withJob });
    const first = after(pod, remote({}, unknown));
    const other = { interlink: { ...unknown.interlink, message: 'timed out' } };
    expect(after(withStatus(pod, first), remote({}, other), { now: start + 5000 })).toEqual(first);
  });

  it('is no condition at all for a pod that always could be asked', () => {
    expect(condition(after(buildPod(), remote({ main: 'running' })), remoteStateKnown)).toBeUndefined();
  });

  it('fails a pod whose job stays gone for the configured time, and says so', () => {
    const pod = buildPod({ annotations: withJob });
    const running = after(pod, remote({ main: 'running' }));
    const first = nextPodStatus(withStatus(pod, running), remote({}, gone), context());
    expect(first.status.phase).toBe('Running');
    expect(condition(first.status, remoteStateKnown)).toMatchObject({ status: 'False', reason: jobGoneReason });
    expect(first.lookAgainAfterSeconds).toBe(300);
    const lost = after(withStatus(pod, first.status), remote({}, gone), { now: start + 300_000 });
    expect(lost).toMatchObject({ phase: 'Failed', reason: 'JobLost' });
    expect(condition(lost, 'DisruptionTarget')?.status).toBe('True');
    expect(lost.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
    });
  });

  it('counts the time from the moment it was gone, not from an earlier doubt', () => {
    const pod = buildPod({ annotations: withJob });
    const doubted = after(pod, remote({}, unknown));
    const first = after(withStatus(pod, doubted), remote({}, gone), { now: start + 600_000 });
    expect(first.phase).toBe('Pending');
    expect(after(withStatus(pod, first), remote({}, gone), { now: start + 610_000 }).phase).toBe('Pending');
  });

  it('never loses a pod when that is switched off', () => {
    const pod = buildPod({ annotations: withJob });
    const first = after(pod, remote({}, gone));
    const status = after(withStatus(pod, first), remote({}, gone), { now: start + 1e9, lostAfterSeconds: 0 });
    expect(status.phase).toBe('Pending');
  });

  it('loses a pod of which nothing is known only where that is configured', () => {
    const pod = buildPod({ annotations: withJob });
    const first = after(pod, remote({}, unknown));
    const later = { now: start + 600_000 };
    expect(after(withStatus(pod, first), remote({}, unknown), later).phase).toBe('Pending');
    const lost = after(withStatus(pod, first), remote({}, unknown), { ...later, unknownLostAfterSeconds: 600 });
    expect(lost).toMatchObject({ phase: 'Failed', reason: 'JobLost' });
    expect(lost.message).toContain('connection refused');
  });

  it('never loses a pod by silence', () => {
    const pod = buildPod({ annotations: withJob });
    const first = after(pod, remote({}, gone));
    expect(after(withStatus(pod, first), undefined, { now: start + 1e9 }).phase).toBe('Pending');
  });
});

describe('the rest of the status', () => {
  it('keeps what is not ours and the first start time', () => {
    const pod = buildPod({ status: { qosClass: 'Burstable', startTime: '2026-07-20T09:00:00Z' } });
    expect(after(pod, remote({ main: 'running' }))).toMatchObject({
      qosClass: 'Burstable',
      startTime: '2026-07-20T09:00:00Z',
      hostIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
    });
  });

  it('shows no loopback address as the pod’s', () => {
    const addresses = { hostIp: '127.0.0.1', podIp: '127.0.0.1' };
    const status = after(buildPod(), remote({ main: 'running' }), { addresses });
    expect(status).toMatchObject({ hostIP: '127.0.0.1' });
    expect(status.podIP).toBeUndefined();
  });

  it('is the same object of values when nothing changed', () => {
    const pod = buildPod(init);
    const answer = remote({ main: 'running' }, { init: { prep: 0 }, ...known });
    const first = after(pod, answer);
    expect(after(withStatus(pod, first), answer, { now: start + 3_600_000 })).toEqual(first);
  });
});
