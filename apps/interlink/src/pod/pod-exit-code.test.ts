import type { ContainerStatus, Pod, PodStatus } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { podExitCode } from './pod-exit-code.ts';

type State = number | 'running' | 'waiting';

function statusOf(name: string, state: State): ContainerStatus {
  const states = { running: { running: {} }, waiting: { waiting: { reason: 'PodInitializing' } } };
  const told = typeof state === 'number' ? { terminated: { exitCode: state } } : states[state];
  return { name, state: told, image: '', imageID: '', ready: false, restartCount: 0 };
}

/** A pod with an init container, a sidecar where one is told of, and main containers. */
function worldOf(states: { init?: State; sidecar?: State; main: readonly (State | undefined)[] }): [Pod, PodStatus] {
  const { init, sidecar, main } = states;
  const initContainers = [
    ...(init === undefined ? [] : [{ name: 'init' }]),
    ...(sidecar === undefined ? [] : [{ name: 'sidecar', restartPolicy: 'Always' }]),
  ];
  const pod: Pod = {
    metadata: { name: 'p', namespace: 'n', uid: 'u' },
    spec: { initContainers, containers: main.map((_, index) => ({ name: `main-${index}` })), restartPolicy: 'Never' },
  };
  const initStatuses = Object.entries({ init, sidecar }).flatMap(([name, state]) =>
    state === undefined ? [] : [statusOf(name, state)],
  );
  const mainStatuses = main.flatMap((state, index) => (state === undefined ? [] : [statusOf(`main-${index}`, state)]));
  return [
    pod,
    { name: 'p', namespace: 'n', UID: 'u', JID: '1', containers: mainStatuses, initContainers: initStatuses },
  ];
}

describe('the exit code of a pod', () => {
  it.each([
    ['nothing while a container runs', { main: [0, 'running'] }, undefined],
    ['nothing while a container has failed and another runs', { main: [3, 'running'] }, undefined],
    ['nothing while a container is not told of', { main: [0, undefined] }, undefined],
    ['nothing while it waits', { init: 'running', main: ['waiting'] }, undefined],
    ['nothing before the main containers after the init container', { init: 0, main: ['waiting'] }, undefined],
    ['0 when all ended with 0', { init: 0, main: [0, 0] }, 0],
    ['that of the first container that failed', { main: [0, 7, 9] }, 7],
    ['that of an init container, without waiting for the rest', { init: 5, main: ['waiting'] }, 5],
    ['that of the main container, whatever a sidecar ended with', { sidecar: 143, main: [0] }, 0],
    ['nothing when only a sidecar has failed', { sidecar: 1, main: ['running'] }, undefined],
  ] as const)('is %s', (_what, states, expected) => {
    expect(podExitCode(...worldOf(states))).toBe(expected);
  });

  it.each([
    ['OnFailure', 3, 'RUNNING', undefined],
    ['OnFailure', 3, 'ended', 3],
    ['OnFailure', 0, 'RUNNING', 0],
    ['Always', 0, 'RUNNING', undefined],
    ['Never', 3, 'RUNNING', 3],
    ['OnFailure', 3, undefined, 3],
  ] as const)(
    'with restartPolicy %s, after %i and a job state of %s is %s',
    (restartPolicy, code, jobState, expected) => {
      const [pod, status] = worldOf({ main: [code] });
      const interlink = jobState === undefined ? {} : { interlink: { state: 'known' as const, jobState } };
      const restarting = { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], restartPolicy } };
      expect(podExitCode(restarting, { ...status, ...interlink })).toBe(expected);
    },
  );
});
