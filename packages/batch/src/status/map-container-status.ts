import type { ContainerState, ContainerStateTerminated, ContainerStatus } from '@interlink/spec';
import type { ContainerHealth, ContainerRecord, EndedRun } from '../directory/container-record.ts';
import type { EndCause, JobRecord, LostJob } from '../directory/job-record.ts';
import { describeStartError } from './start-errors.ts';

/** What the status of one container depends on. */
export interface ContainerFacts {
  readonly backend: string;
  readonly pod: Pick<JobRecord, 'uid' | 'name' | 'namespace'>;
  readonly states: ReadonlyMap<string, ContainerRecord>;
  /** Of containers with probes or a postStart hook. */
  readonly health: ReadonlyMap<string, ContainerHealth>;
  readonly hasInitContainers: boolean;
  readonly isOver: boolean;
  /** Why nothing has started yet. */
  readonly waiting: { readonly reason: string; readonly message?: string } | undefined;
  readonly lost?: LostJob;
  /** When somebody else told the job to end, in seconds since 1970. */
  readonly stoppedAt?: number;
  /** Whether it is not known yet who. */
  readonly isUnexplained: boolean;
  /** What the scheduler says of it. */
  readonly cause: EndCause | undefined;
}

type Container = JobRecord['containers'][number];

/** What the runner says of a container whose image is pulled. */
const creating = 'ContainerCreating';
const killed = 137;
const terminated = 143;
const signalBase = 128;
const lastSignal = 64;
const millisecondsPerSecond = 1000;

/** One container's `v1.ContainerStatus`. Pure. */
export function mapContainerStatus(container: Container, facts: ContainerFacts): ContainerStatus {
  const record = facts.states.get(container.name);
  const state = mapState(container, record, facts);
  const restartCount = record?.restartCount ?? 0;
  const { started, ready } = state.running ? readiness(container, restartCount, facts) : notRunning;
  return {
    name: container.name,
    image: container.image,
    imageID: (hasRun(record) ? container.imageId : undefined) ?? '',
    restartCount,
    state,
    ...(record?.last && !isLastShown(record, facts) ? { lastState: { terminated: mapEnded(record.last) } } : {}),
    ready: ready || (container.kind === 'init' && state.terminated?.exitCode === 0),
    started,
    ...(record ? { containerID: `${facts.backend}://${facts.pod.uid}/${container.name}/${restartCount}` } : {}),
  };
}

/** Only then is it certain that the image was pulled. */
function hasRun(record: ContainerRecord | undefined): boolean {
  if (record === undefined) return false;
  return (
    record.state === 'running' ||
    record.last !== undefined ||
    (record.state === 'terminated' && record.startedAt !== undefined)
  );
}

const notRunning = { started: false, ready: false };

/** Of a running container. What was written about the run before says nothing. */
function readiness({ name, kind, watched }: Container, run: number, { health }: ContainerFacts): typeof notRunning {
  // As a kubelet: nobody asks for those that were added.
  if (kind === 'ephemeral') return { started: true, ready: false };
  if (!watched) return { started: true, ready: true };
  const found = health.get(name);
  return found?.restartCount === run ? found : notRunning;
}

/** A container that waited for its restart when the job ended has its last run as its state. */
function isLastShown(record: ContainerRecord, { isOver }: ContainerFacts): boolean {
  return isOver && record.state === 'waiting';
}

function mapState(container: Container, record: ContainerRecord | undefined, facts: ContainerFacts): ContainerState {
  if (record?.state === 'terminated') return mapTerminated(record, facts);
  if (record?.state === 'waiting' && facts.isOver && record.last) return { terminated: mapEnded(record.last) };
  if (facts.lost) return { terminated: mapLost(record, facts.lost) };
  if (record?.state === 'running') {
    return facts.isOver
      ? { terminated: mapUnseenEnd(record) }
      : { running: { startedAt: formatTime(record.startedAt) } };
  }
  if (record?.state === 'waiting')
    return {
      waiting: {
        reason: record.reason === creating ? creatingReason(container, facts) : record.reason,
        message: record.message ?? backOffMessage(container, record, facts),
      },
    };
  return { waiting: notStarted(container, facts) };
}

/** A container that was stopped from outside has not come to its own end, whatever its exit code. */
function mapTerminated(
  run: EndedRun,
  { stoppedAt = Infinity, isUnexplained, cause }: ContainerFacts,
): Pick<ContainerState, 'running' | 'terminated'> {
  const isStopped = run.startedAt !== undefined && run.finishedAt >= stoppedAt;
  if (isStopped && isUnexplained) return { running: { startedAt: formatTime(run.startedAt) } };
  const ended = mapEnded(run);
  return {
    terminated: isStopped && cause ? { ...ended, exitCode: ended.exitCode || terminated, ...wordsOf(cause) } : ended,
  };
}

function wordsOf({ reason, message }: EndCause): EndCause {
  return { reason, message };
}

function notStarted(container: Container, facts: ContainerFacts) {
  return facts.waiting ?? { reason: creatingReason(container, facts) };
}

/** As a kubelet: while a pod has init containers to run, none of its containers is being created. */
function creatingReason({ kind }: Container, { hasInitContainers }: ContainerFacts): string {
  return kind === 'ephemeral' || (kind === 'main' && !hasInitContainers) ? creating : 'PodInitializing';
}

function backOffMessage({ name }: Container, record: ContainerRecord, { pod }: ContainerFacts): string {
  const seconds = record.state === 'waiting' ? (record.detail ?? '') : '';
  return `back-off ${seconds}s restarting failed container=${name} pod=${pod.name}_${pod.namespace}(${pod.uid})`;
}

function mapEnded(run: EndedRun): ContainerStateTerminated {
  const { exitCode, reason, detail, startedAt, finishedAt } = run;
  const signal = exitCode - signalBase;
  const message = run.message ?? (detail ? describeStartError(detail) : undefined);
  return {
    exitCode,
    ...(signal > 0 && signal <= lastSignal && reason === 'Error' ? { signal } : {}),
    reason,
    ...(message === undefined ? {} : { message }),
    ...(startedAt === undefined ? {} : { startedAt: formatTime(startedAt) }),
    finishedAt: formatTime(finishedAt),
  };
}

function mapLost(record: ContainerRecord | undefined, lost: LostJob): ContainerStateTerminated {
  return {
    exitCode: lost.exitCode ?? killed,
    reason: lost.reason,
    message: lost.message,
    ...(record?.state === 'running' ? { startedAt: formatTime(record.startedAt) } : {}),
    finishedAt: formatTime(Date.parse(lost.at) / millisecondsPerSecond),
  };
}

function mapUnseenEnd({ startedAt }: { readonly startedAt: number }): ContainerStateTerminated {
  return {
    exitCode: killed,
    reason: 'ContainerStatusUnknown',
    message: 'the job ended without a word on this container',
    startedAt: formatTime(startedAt),
  };
}

/** Whole seconds, as Kubernetes writes times. */
function formatTime(seconds: number): string {
  return `${new Date(Math.floor(seconds) * millisecondsPerSecond).toISOString().slice(0, -'.000Z'.length)}Z`;
}
