import { describe, expect, it } from 'vitest';
import type { ContainerHealth, ContainerRecord } from '../directory/container-record.ts';
import type { JobRecord } from '../directory/job-record.ts';
import { isOver, mapPodStatus, type JobView } from './map-pod-status.ts';

const record: JobRecord = {
  version: 1,
  uid: 'u',
  name: 'p',
  namespace: 'n',
  phase: 'submitted',
  jobId: '7',
  createdAt: '2026-01-01T00:00:00.000Z',
  containers: [
    { name: 'prep', kind: 'init', image: 'i' },
    { name: 'main', kind: 'main', image: 'm' },
  ],
  gracePeriodSeconds: 30,
  warnings: [],
};
const ended = { startedAt: 100.25, finishedAt: 101.75 };
const done: ContainerRecord = { state: 'terminated', restartCount: 0, ...ended, exitCode: 0, reason: 'Completed' };
const running: ContainerRecord = { state: 'running', restartCount: 0, startedAt: 100 };
const outcome = { reason: 'Completed', finishedAt: 200 };

function view(states: Record<string, ContainerRecord>, more: Partial<JobView> = {}): JobView {
  return { record, states: new Map(Object.entries(states)), ...more };
}

function stateOf(name: 'prep' | 'main', from: JobView): unknown {
  const status = mapPodStatus(from, 'process');
  return [...(status.containers ?? []), ...(status.initContainers ?? [])].find((container) => container.name === name)
    ?.state;
}

describe('mapPodStatus', () => {
  it('has every container of the pod, whatever is known of it', () => {
    const status = mapPodStatus(view({}), 'process');
    expect(status).toMatchObject({ UID: 'u', name: 'p', namespace: 'n', JID: '7' });
    expect(status.initContainers?.map(({ name }) => name)).toEqual(['prep']);
    expect(status.containers?.map(({ name }) => name)).toEqual(['main']);
  });

  it('takes states over everything the scheduler says', () => {
    const from = view({ prep: done, main: running }, { job: { phase: 'queued', word: 'PENDING' } });
    expect(stateOf('main', from)).toEqual({ running: { startedAt: '1970-01-01T00:01:40Z' } });
  });

  it('gives the exit code, the reason, whole seconds and the signal', () => {
    const killed: ContainerRecord = { state: 'terminated', restartCount: 1, ...ended, exitCode: 137, reason: 'Error' };
    expect(stateOf('main', view({ main: killed }))).toEqual({
      terminated: {
        exitCode: 137,
        signal: 9,
        reason: 'Error',
        startedAt: '1970-01-01T00:01:40Z',
        finishedAt: '1970-01-01T00:01:41Z',
      },
    });
  });

  it('explains a container that could not be started', () => {
    const failed: ContainerRecord = { ...done, exitCode: 127, reason: 'StartError', detail: 'CommandNotFound' };
    expect(stateOf('main', view({ main: failed }))).toMatchObject({
      terminated: { exitCode: 127, reason: 'StartError', message: 'the command was not found' },
    });
  });

  it('shows a restart as a kubelet does', () => {
    const last = { ...ended, exitCode: 1, reason: 'Error' };
    const waiting: ContainerRecord = {
      state: 'waiting',
      restartCount: 3,
      reason: 'CrashLoopBackOff',
      detail: '40',
      last,
    };
    const status = mapPodStatus(view({ main: waiting }), 'process').containers?.[0];
    expect(status?.state?.waiting).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 40s restarting failed container=main pod=p_n(u)',
    });
    expect(status).toMatchObject({ restartCount: 3, ready: false, lastState: { terminated: { exitCode: 1 } } });
  });

  it('ends a container that waited for its restart with its last run', () => {
    const last = { ...ended, exitCode: 1, reason: 'Error' };
    const waiting: ContainerRecord = { state: 'waiting', restartCount: 3, reason: 'CrashLoopBackOff', last };
    const status = mapPodStatus(view({ main: waiting }, { outcome }), 'process').containers?.[0];
    expect(status?.state?.terminated?.exitCode).toBe(1);
    expect(status?.lastState).toBeUndefined();
  });

  it('shows why a queued job waits, and since when it is expected', () => {
    const job = {
      phase: 'queued',
      word: 'PENDING',
      reason: 'Resources',
      message: 'no free node',
      expectedStart: '2026-01-02T00:00:00Z',
    } as const;
    const from = view({}, { job });
    expect(stateOf('main', from)).toEqual({
      waiting: { reason: 'Resources', message: 'no free node; expected to start at 2026-01-02T00:00:00Z' },
    });
    expect(mapPodStatus(from, 'x').interlink).toMatchObject({
      state: 'known',
      jobState: 'PENDING',
      expectedStart: job.expectedStart,
    });
  });

  it('keeps the last states while the scheduler cannot be asked, and says so', () => {
    const from = view(
      { prep: done, main: running },
      { unknown: { since: '2026-01-01T00:00:00Z', message: 'refused' } },
    );
    expect(stateOf('main', from)).toHaveProperty('running');
    expect(mapPodStatus(from, 'x').interlink).toEqual({
      state: 'unknown',
      reason: 'SchedulerUnavailable',
      message: 'refused',
      since: '2026-01-01T00:00:00Z',
    });
  });

  it('ends what a lost job did not end, and leaves what it did', () => {
    const lost = {
      at: '2026-01-01T00:00:00.000Z',
      reason: 'JobLost',
      message: 'gone',
      states: { prep: done, main: running },
    };
    const from = view({ prep: done, main: done }, { record: { ...record, lost } });
    expect(stateOf('prep', from)).toMatchObject({ terminated: { exitCode: 0 } });
    // Not what a left-over process wrote afterwards: the end is final.
    expect(stateOf('main', from)).toMatchObject({ terminated: { exitCode: 137, reason: 'JobLost', message: 'gone' } });
    expect(mapPodStatus(from, 'x').interlink).toMatchObject({ state: 'known', reason: 'JobLost' });
  });

  it('never ends a container well without a recorded exit code', () => {
    for (const states of [{}, { main: running }, { prep: done }] as Record<string, ContainerRecord>[]) {
      const state = stateOf('main', view(states, { outcome })) as { terminated?: { exitCode: number } };
      expect(state.terminated?.exitCode).not.toBe(0);
    }
  });

  it('leaves the main containers waiting after a failed init container', () => {
    const failed: ContainerRecord = { ...done, exitCode: 2, reason: 'Error' };
    const from = view({ prep: failed }, { outcome: { ...outcome, reason: 'InitContainerFailed' } });
    expect(stateOf('main', from)).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(mapPodStatus(from, 'x').interlink).toMatchObject({ reason: 'InitContainerFailed', jobState: 'ended' });
  });

  const watched: JobRecord = {
    ...record,
    containers: [{ name: 'main', kind: 'main', image: 'm', watched: true }],
  };
  const health = (more: Partial<ContainerHealth>): Pick<JobView, 'record' | 'health'> => ({
    record: watched,
    health: new Map([['main', { restartCount: 0, started: true, ready: true, message: '', ...more }]]),
  });

  it.each([
    ['nothing is known of its probes', { record: watched }, { started: false, ready: false }],
    ['they pass', health({}), { started: true, ready: true }],
    ['it is not ready', health({ ready: false }), { started: true, ready: false }],
    ['they were of the run before', health({ restartCount: 7 }), { started: false, ready: false }],
  ] as const)('is as ready as its probes say: %s', (_, more, expected) => {
    expect(mapPodStatus(view({ main: running }, more), 'x').containers?.[0]).toMatchObject(expected);
  });

  it('says which probe fails, and no more once the container has ended', () => {
    const failing = health({ ready: false, message: 'Readiness probe failed: no' });
    expect(mapPodStatus(view({ main: running }, failing), 'x').interlink).toMatchObject({
      state: 'known',
      reason: 'Unhealthy',
      message: 'container main: Readiness probe failed: no',
    });
    expect(mapPodStatus(view({ main: done }, failing), 'x').interlink?.reason).toBeUndefined();
    expect(mapPodStatus(view({ main: done }, failing), 'x').containers?.[0]).toMatchObject({ ready: false });
  });

  it('has the message that a container left', () => {
    const failed: ContainerRecord = { ...done, exitCode: 1, reason: 'Error', message: 'the disk is full' };
    expect(stateOf('main', view({ main: failed }))).toMatchObject({ terminated: { message: 'the disk is full' } });
  });

  it.each([
    ['TimeLimit', 'the job reached its time limit'],
    ['DeadlineExceeded', 'the pod ran longer than its activeDeadlineSeconds'],
  ])('never ends well what was ended for %s', (reason, message) => {
    const stop = { reason, at: 101 };
    const from = view({ prep: { ...done, finishedAt: 90 }, main: done }, { stop, outcome: { ...outcome, reason } });
    expect(stateOf('prep', from)).toMatchObject({ terminated: { exitCode: 0, reason: 'Completed' } });
    expect(stateOf('main', from)).toMatchObject({ terminated: { exitCode: 143, reason, message } });
    expect(mapPodStatus(from, 'x').interlink).toMatchObject({ reason, message });
  });

  it('is gone once deleted, with its last states', () => {
    const from = view(
      { main: done },
      { record: { ...record, phase: 'deleted', deletedAt: '2026-01-03T00:00:00Z' }, outcome },
    );
    expect(mapPodStatus(from, 'x').interlink).toMatchObject({ state: 'gone', since: '2026-01-03T00:00:00Z' });
    expect(isOver(from)).toBe(true);
  });
});
