import type { Container, ContainerState, ContainerStatus, Pod, PodStatus, PodStatusV1 } from '@interlink/spec';
import { offloadedContainers } from '../inputs/offloaded-pod.ts';
import { blankStatus, nextContainerStatus, type ContainerRole } from './container-status.ts';
import type { Evidence } from './remote-evidence.ts';
import type { StatusContext } from './status-context.ts';

/** A container of a pod's spec with its next status. */
export interface TrackedContainer {
  readonly container: Container;
  readonly role: ContainerRole;
  /** Whether it is sent to the backend; the phase is that of those that are. */
  readonly sent: boolean;
  readonly status: ContainerStatus;
}

/** The containers of a role that are sent. */
export function statusesOf(tracked: readonly TrackedContainer[], role: ContainerRole): readonly ContainerStatus[] {
  return tracked.filter((item) => item.sent && item.role === role).map(({ status }) => status);
}

/** Every container of the spec, init containers first and ephemeral ones last, with what the answer says of it or what was known before. */
export function trackContainers(
  pod: Pod,
  remote: PodStatus | undefined,
  evidence: Evidence,
  context: StatusContext,
): readonly TrackedContainer[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const sent = offloadedContainers(pod);
  const previous = byName(containerStatusesOf(pod.status));
  const said = byName(evidence.states ? remoteStatusesOf(remote) : []);

  function track(container: Container, role: ContainerRole, isSent: boolean): TrackedContainer {
    if (!isSent) return { container, role, sent: false, status: notOffloaded(container) };
    const status = nextContainerStatus({
      container,
      role,
      podRestartPolicy: pod.spec?.restartPolicy ?? 'Always',
      remote: said.get(container.name),
      previous: waitingFor(previous.get(container.name), container, context),
      initialState: initialState(container, role !== 'ephemeral' && initContainers.length > 0, context),
      exactReadiness: evidence.exact,
      now: context.now,
    });
    return { container, role, sent: true, status };
  }

  const init = initContainers.map((container) => track(container, initRole(container), sent.init.includes(container)));
  const main = containers.map((container) => track(container, 'main', sent.main.includes(container)));
  const ephemeral = ephemeralContainers.map((container) => track(container, 'ephemeral', true));
  return [...inferInit(init, main), ...main, ...ephemeral];
}

/** The statuses of all containers that a pod has, init containers first and ephemeral ones last. */
export function containerStatusesOf(status: PodStatusV1 = {}): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status;
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
}

function remoteStatusesOf(remote: PodStatus | undefined): readonly ContainerStatus[] {
  const { initContainers, containers, ephemeralContainers } = remote ?? {};
  return [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])];
}

function initRole({ restartPolicy }: Container): ContainerRole {
  return restartPolicy === 'Always' ? 'sidecar' : 'init';
}

function byName(statuses: readonly ContainerStatus[]): ReadonlyMap<string, ContainerStatus> {
  return new Map(statuses.map((status) => [status.name, status]));
}

function notOffloaded(container: Container): ContainerStatus {
  const message = 'an annotation of the pod says that this container is not offloaded';
  return blankStatus(container, { waiting: { reason: 'NotOffloaded', message } });
}

function initialState({ name }: Container, hasInit: boolean, { waiting }: StatusContext): ContainerState {
  return { waiting: waiting?.(name) ?? { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } };
}

/** A container that still waits gets the reason of today, where there is one. */
function waitingFor(
  previous: ContainerStatus | undefined,
  { name }: Container,
  { waiting }: StatusContext,
): ContainerStatus | undefined {
  const reason = waiting?.(name);
  return previous?.state?.waiting && reason ? { ...previous, state: { waiting: reason } } : previous;
}

/**
 * Most foreign plugins never report init containers. A main container starts only after every init container succeeded, so that one which
 * runs or ran is the evidence.
 */
function inferInit(init: readonly TrackedContainer[], main: readonly TrackedContainer[]): readonly TrackedContainer[] {
  const begun = main.find(({ status }) => status.state?.running ?? status.state?.terminated);
  if (begun === undefined) return init;
  const startedAt = begun.status.state?.running?.startedAt ?? begun.status.state?.terminated?.startedAt;
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    ...(startedAt === undefined ? {} : { finishedAt: startedAt }),
  };
  return init.map((item) => {
    if (!item.sent || item.role !== 'init' || !item.status.state?.waiting) return item;
    return { ...item, status: { ...item.status, state: { terminated }, ready: true } };
  });
}
