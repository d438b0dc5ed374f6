import type { Container, ContainerState, ContainerStatus } from '@interlink/spec';
import { present, readContainerState } from './container-state.ts';
import { formatTime } from './kubernetes-time.ts';

/** What a container is in its pod. */
export type ContainerRole = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** What one container's next status is made from. */
export interface ContainerFacts {
  readonly container: Container;
  readonly role: ContainerRole;
  readonly podRestartPolicy: string;
  /** What the plugin said of it now; undefined: nothing. */
  readonly remote: ContainerStatus | undefined;
  /** What the API server has. */
  readonly previous: ContainerStatus | undefined;
  /** The state of a container that nothing was ever said of. */
  readonly initialState: ContainerState;
  /** Whether the plugin is of ours, so that its `ready` is meant as it stands. */
  readonly exactReadiness: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The next status of a container: what the plugin said, filled up from what was known. An end that is final never changes again. */
export function nextContainerStatus(facts: ContainerFacts): ContainerStatus {
  const { container, previous, remote } = facts;
  const evidence = readContainerState(remote?.state);
  const known = previous ?? blankStatus(container, facts.initialState);
  if (remote === undefined || evidence === undefined || evidence === 'no-exit-code') return known;
  const ended = known.state?.terminated;
  if (ended && !mayStartAgain(facts, ended.exitCode)) return known;
  const state = withTimes(evidence, known.state, facts.now);
  const restarts = restartCount(known, remote, evidence);
  return {
    name: container.name,
    state,
    lastState: lastState(known, remote, evidence),
    ready: isReady(facts, state),
    restartCount: restarts,
    image: remote.image || container.image || '',
    imageID: remote.imageID || known.imageID || '',
    ...present({ containerID: remote.containerID || known.containerID }),
    started: isStarted(facts, state),
    ...submittedResources(facts, state),
  };
}

/**
 * What the job was submitted with: a kubelet says in the same place what a running container has. Said once, at the start: the spec may be changed
 * afterwards, the job not; and API servers before 1.33 drop the field.
 */
function submittedResources(
  { container, previous, role }: ContainerFacts,
  state: ContainerState,
): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  const { resources, allocatedResources } = previous ?? {};
  if (resources !== undefined) return { resources, ...present({ allocatedResources }) };
  const asked = container.resources ?? {};
  if (role === 'init' || !state.running || previous?.state?.running || Object.keys(asked).length === 0) return {};
  return { resources: asked, ...present({ allocatedResources: asked.requests }) };
}

/** The status of a container that nothing is known of yet. */
export function blankStatus(container: Container, state: ContainerState): ContainerStatus {
  return {
    name: container.name,
    state,
    lastState: {},
    ready: false,
    restartCount: 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
  };
}

/** Whether the restart policy starts a container again that ended with this exit code. Init containers are only repeated after a failure. */
export function mayStartAgain(facts: Pick<ContainerFacts, 'role' | 'podRestartPolicy'>, exitCode: number): boolean {
  if (facts.role === 'sidecar') return true;
  if (facts.role === 'ephemeral') return false;
  if (facts.podRestartPolicy === 'Never') return false;
  if (facts.podRestartPolicy === 'OnFailure' || facts.role === 'init') return exitCode !== 0;
  return true;
}

/** Times that the plugin does not give: when the state was first seen, kept from then on. */
function withTimes(evidence: ContainerState, known: ContainerState | undefined, now: number): ContainerState {
  const { running, terminated } = evidence;
  if (running) return { running: { startedAt: running.startedAt ?? known?.running?.startedAt ?? formatTime(now) } };
  if (!terminated) return evidence;
  const same = known?.terminated?.exitCode === terminated.exitCode ? known.terminated : undefined;
  const startedAt = terminated.startedAt ?? same?.startedAt ?? known?.running?.startedAt;
  const finishedAt = terminated.finishedAt ?? same?.finishedAt ?? formatTime(now);
  return { terminated: { ...terminated, ...present({ startedAt }), finishedAt } };
}

function restartCount(known: ContainerStatus, remote: ContainerStatus, evidence: ContainerState): number {
  const counted = Math.max(known.restartCount, wholeNumber(remote.restartCount));
  // While it waits for the restart, the restart has not happened.
  const started = known.state?.terminated !== undefined && evidence.running !== undefined;
  return started && counted === known.restartCount ? counted + 1 : counted;
}

function wholeNumber(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}

function lastState(known: ContainerStatus, remote: ContainerStatus, evidence: ContainerState): ContainerState {
  const said = readContainerState(remote.lastState);
  if (said !== undefined && said !== 'no-exit-code' && said.terminated) return said;
  const before = known.state?.terminated;
  const isOver = evidence.terminated === undefined || wholeNumber(remote.restartCount) > known.restartCount;
  return before && isOver ? { terminated: before } : (known.lastState ?? {});
}

function isReady({ container, role, remote, exactReadiness }: ContainerFacts, state: ContainerState): boolean {
  if (role === 'init') return state.terminated?.exitCode === 0;
  // As a kubelet has it.
  if (role === 'ephemeral') return false;
  if (!state.running) return false;
  // Go plugins leave `ready` false where they mean "running", unless they run the container's probe.
  return remote?.ready === true || !(remote?.ready === false && (exactReadiness || container.readinessProbe));
}

function isStarted({ role, remote, exactReadiness }: ContainerFacts, state: ContainerState): boolean {
  if (role === 'init' || !state.running) return false;
  return !(exactReadiness && remote?.started === false);
}
