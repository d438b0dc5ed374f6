import { formatQuantity, type ContainerKind } from '@interlink/plugin-sdk';
import type { PodStatus, RemoteState } from '@interlink/spec';
import type { ContainerHealth, ContainerRecord, JobOutcome, StopNote } from '../directory/container-record.ts';
import type { EndCause, JobRecord } from '../directory/job-record.ts';
import type { JobState } from '../contract/scheduler.ts';
import { mapContainerStatus, type ContainerFacts } from './map-container-status.ts';

/** All that is known of a pod's job. */
export interface JobView {
  readonly record: JobRecord;
  /** What the runner wrote, by container. */
  readonly states: ReadonlyMap<string, ContainerRecord>;
  /** How containers with probes are, by container. */
  readonly health?: ReadonlyMap<string, ContainerHealth>;
  /** The runner's last word. */
  readonly outcome?: JobOutcome | undefined;
  /** Set once the runner was told to end the pod. */
  readonly stop?: StopNote | undefined;
  /** The scheduler's last word. */
  readonly job?: JobState | undefined;
  /** Set while the scheduler cannot be asked. */
  readonly unknown?: { readonly since: string; readonly message: string } | undefined;
}

/** Whether the job is over for good: nothing of it can change any more. */
export function isOver(view: Pick<JobView, 'record' | 'outcome' | 'stop'>): boolean {
  const { record, outcome } = view;
  if (record.lost !== undefined || record.phase === 'deleted') return true;
  return outcome !== undefined && !isUnexplained(view);
}

/** Whether somebody else ended the job and it is not known yet why: exit codes say nothing then, a container may have ended with 0. */
export function isUnexplained({ record, stop }: Pick<JobView, 'record' | 'stop'>): boolean {
  const isOurWish = record.phase === 'deleting' || record.phase === 'deleted';
  return stop?.reason === 'Terminated' && !isOurWish && record.cause === undefined && record.lost === undefined;
}

/** The status of a pod from its record, its states and the scheduler's view. Pure. */
export function mapPodStatus(view: JobView, backend: string): PodStatus {
  const { record } = view;
  const status = (container: JobRecord['containers'][number]) => mapContainerStatus(container, factsOf(view, backend));
  const ephemeral = record.containers.filter(({ kind }) => kind === 'ephemeral');
  return {
    name: record.name,
    namespace: record.namespace,
    UID: record.uid,
    ...(record.jobId === undefined ? {} : { JID: record.jobId }),
    containers: record.containers.filter(({ kind }) => kind === 'main').map(status),
    initContainers: record.containers.filter(({ kind }) => isInit(kind)).map(status),
    ...(ephemeral.length === 0 ? {} : { ephemeralContainers: ephemeral.map(status) }),
    interlink: remoteState(view),
  };
}

function isInit(kind: ContainerKind): boolean {
  return kind === 'init' || kind === 'sidecar';
}

function factsOf(view: JobView, backend: string): ContainerFacts {
  const { record, stop } = view;
  const { lost } = record;
  const limit = limits[stop?.reason ?? ''];
  return {
    backend,
    pod: record,
    states: lost ? new Map(Object.entries(lost.states)) : view.states,
    health: view.health ?? new Map(),
    hasInitContainers: record.containers.some(({ kind }) => isInit(kind)),
    isOver: isOver(view),
    waiting: waitingFor(view),
    ...(lost ? { lost } : {}),
    ...(stop && (stop.reason === 'Terminated' || limit) ? { stoppedAt: stop.at } : {}),
    isUnexplained: isUnexplained(view),
    cause: record.cause ?? lost ?? limit,
  };
}

function waitingFor({ record, job }: JobView): { reason: string; message?: string } | undefined {
  if (record.phase === 'submitting') return { reason: 'Submitting', message: 'the job was not submitted yet' };
  if (job?.phase !== 'queued') return undefined;
  const expected = job.expectedStart === undefined ? '' : `; expected to start at ${job.expectedStart}`;
  return { reason: job.reason ?? 'JobPending', message: `${job.message ?? `the job is ${job.word}`}${expected}` };
}

/** Reasons for which the runner ends containers whose exit codes then say nothing, e.g. 0 of one that ended well at SIGTERM. */
const limits: Readonly<Record<string, EndCause>> = {
  TimeLimit: { reason: 'TimeLimit', message: 'the job reached its time limit' },
  DeadlineExceeded: { reason: 'DeadlineExceeded', message: 'the pod ran longer than its activeDeadlineSeconds' },
};

const outcomeMessages: Readonly<Record<string, string>> = {
  Completed: 'all containers have ended',
  InitContainerFailed: 'an init container failed',
  Terminated: 'the job was told to end',
};

function describeOutcome({ reason, detail = '' }: JobOutcome): string {
  if (reason !== 'Evicted') return limits[reason]?.message ?? outcomeMessages[reason] ?? reason;
  // In the words of a kubelet.
  const [volume = '', limit = ''] = detail.split(' ');
  return `Usage of EmptyDir volume "${volume}" exceeds the limit "${formatQuantity(Number(limit), 'binary')}".`;
}

function remoteState(view: JobView): RemoteState {
  const { record, states, outcome, stop, job: said, unknown } = view;
  // The runner was there after the scheduler was last asked.
  const job = said?.phase === 'queued' && states.size > 0 ? undefined : said;
  if (record.phase === 'deleted') {
    return {
      state: 'gone',
      reason: 'Deleted',
      message: 'the job has ended and was removed',
      ...since(record.deletedAt),
    };
  }
  if (record.lost) {
    return {
      state: 'known',
      reason: record.lost.reason,
      message: record.lost.message,
      since: record.lost.at,
      jobState: 'lost',
    };
  }
  if (outcome && record.cause) {
    const at = new Date(outcome.finishedAt * 1000).toISOString();
    return { state: 'known', ...record.cause, since: at, jobState: 'ended' };
  }
  if (outcome && isOver({ record, outcome, stop })) {
    const message = describeOutcome(outcome);
    const at = new Date(outcome.finishedAt * 1000).toISOString();
    return { state: 'known', reason: outcome.reason, message, since: at, jobState: 'ended' };
  }
  if (unknown)
    return { state: 'unknown', reason: 'SchedulerUnavailable', message: unknown.message, since: unknown.since };
  return {
    state: 'known',
    ...(record.phase === 'deleting'
      ? { reason: 'Terminating', message: 'the job is being ended' }
      : describeJob(view, job)),
    ...(job?.expectedStart === undefined ? {} : { expectedStart: job.expectedStart }),
    jobState: job?.word ?? record.phase,
  };
}

function describeJob(view: JobView, job: JobState | undefined): Pick<RemoteState, 'reason' | 'message'> {
  // Why it ended is said with the end of its containers, which may still be on its way.
  if (job?.phase === 'ended') return {};
  const alarms = failingProbes(view);
  if (alarms.length > 0) return { reason: 'Unhealthy', message: alarms.join('; ') };
  return {
    ...(job?.reason === undefined ? {} : { reason: job.reason }),
    ...(job?.message === undefined ? {} : { message: job.message }),
  };
}

/** What a kubelet says in events of the reason `Unhealthy`. */
function failingProbes({ record, states, health }: JobView): string[] {
  return record.containers.flatMap(({ name }) => {
    const found = health?.get(name);
    const state = states.get(name);
    const isCurrent = state?.state === 'running' && state.restartCount === found?.restartCount;
    return isCurrent && found.message !== '' ? [`container ${name}: ${found.message}`] : [];
  });
}

function since(at: string | undefined): Pick<RemoteState, 'since'> {
  return at === undefined ? {} : { since: at };
}
