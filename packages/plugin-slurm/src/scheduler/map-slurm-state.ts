import type { JobState } from '@interlink/batch';

/** What becomes of a job in a state of Slurm. */
export interface SlurmOutcome {
  readonly phase: JobState['phase'];
  /** A CamelCase word for the author of the pod. Absent: Slurm's own reason is used. */
  readonly reason?: string;
  /** What happened, to follow "the job …". */
  readonly message?: string;
  /** Exit code of an end that Slurm made. Absent: the one that Slurm recorded is the job's own. */
  readonly exitCode?: number;
}

const terminated = 143;
const killed = 137;

/**
 * Every state of Slurm, in the words of `squeue` and `sacct`.
 *
 * @remarks
 * A state that is not here says nothing: the job keeps the state it had. A job that was put back into the queue counts as queued, although
 * jobs are submitted with `--no-requeue`: an administrator can do it all the same. A suspended or stopped job still has its node and its processes.
 */
export const slurmStates = {
  PENDING: { phase: 'queued' },
  CONFIGURING: { phase: 'queued', reason: 'NodesConfiguring', message: 'waits for its nodes to boot' },
  REQUEUED: { phase: 'queued', reason: 'JobRequeued', message: 'was put back into the queue' },
  REQUEUE_FED: { phase: 'queued', reason: 'JobRequeued', message: 'was put back into the queue of its federation' },
  REQUEUE_HOLD: { phase: 'queued', reason: 'JobHeld', message: 'was put back into the queue and is held' },
  SPECIAL_EXIT: { phase: 'queued', reason: 'JobHeld', message: 'was put back into the queue and is held' },
  RESV_DEL_HOLD: { phase: 'queued', reason: 'JobHeld', message: 'is held, because its reservation was deleted' },
  POWER_UP_NODE: { phase: 'queued', reason: 'NodesConfiguring', message: 'waits for its nodes to be powered up' },
  EXPEDITING: { phase: 'queued', reason: 'JobRequeued', message: 'was put back into the front of the queue' },
  RUNNING: { phase: 'running' },
  SUSPENDED: { phase: 'running', reason: 'JobSuspended', message: 'is suspended' },
  STOPPED: { phase: 'running', reason: 'JobStopped', message: 'is stopped and keeps its nodes' },
  COMPLETING: { phase: 'running' },
  SIGNALING: { phase: 'running' },
  STAGE_OUT: { phase: 'running', reason: 'StageOut', message: 'is moving data out of its burst buffer' },
  RESIZING: { phase: 'running' },
  UPDATE_DB: { phase: 'running' },
  COMPLETED: {
    phase: 'ended',
    reason: 'JobLost',
    message: 'has ended and left no exit codes of its containers; is the work directory shared with the compute nodes?',
    exitCode: killed,
  },
  FAILED: { phase: 'ended', reason: 'JobFailed', message: 'failed' },
  CANCELLED: { phase: 'ended', reason: 'JobCancelled', message: 'was cancelled', exitCode: terminated },
  TIMEOUT: { phase: 'ended', reason: 'TimeLimit', message: 'reached its time limit', exitCode: terminated },
  DEADLINE: { phase: 'ended', reason: 'JobDeadline', message: 'reached its deadline in Slurm', exitCode: terminated },
  OUT_OF_MEMORY: {
    phase: 'ended',
    reason: 'OOMKilled',
    message: 'was killed because it used more memory than it had asked for',
    exitCode: killed,
  },
  PREEMPTED: { phase: 'ended', reason: 'Preempted', message: 'was preempted by another job', exitCode: terminated },
  NODE_FAIL: { phase: 'ended', reason: 'NodeFailed', message: 'was lost with its node', exitCode: killed },
  BOOT_FAIL: { phase: 'ended', reason: 'NodeBootFailed', message: 'had a node that did not boot', exitCode: killed },
  LAUNCH_FAILED: { phase: 'ended', reason: 'LaunchFailed', message: 'could not be launched', exitCode: killed },
  RECONFIG_FAIL: { phase: 'ended', reason: 'NodeBootFailed', message: 'had a node that failed', exitCode: killed },
  REVOKED: {
    phase: 'ended',
    reason: 'JobRevoked',
    message: 'runs on another cluster of the federation',
    exitCode: killed,
  },
} as const satisfies Readonly<Record<string, SlurmOutcome>>;

/** A state that this table knows. */
export type SlurmState = keyof typeof slurmStates;

/** The state in a word of `squeue` or `sacct`, e.g. `CANCELLED by 1000`; undefined for one that is not known. */
export function parseSlurmState(text: string): SlurmState | undefined {
  const word = text.trim().split(/[\s+]/, 1)[0] ?? '';
  return Object.hasOwn(slurmStates, word) ? (word as SlurmState) : undefined;
}

/** What Slurm says of a job. */
export interface SlurmJob {
  readonly id: string;
  readonly state: SlurmState;
  /** Slurm's reason, e.g. `Resources`; `None` for none. */
  readonly reason: string;
  /** As Slurm has it: a wait status (`768`) or `code:signal` (`3:0`). */
  readonly exitCode: string;
  /** Seconds since 1970; of a pending job the expected start. */
  readonly startTime?: number;
  /** UID of the pod, from the job's comment. */
  readonly uid?: string;
}

/** A job in the words of the engine. */
export function mapSlurmJob(job: SlurmJob): JobState {
  const outcome: SlurmOutcome = slurmStates[job.state];
  return {
    phase: outcome.phase,
    word: job.state,
    ...(job.uid === undefined ? {} : { uid: job.uid }),
    ...describe(job, outcome),
    ...(outcome.phase === 'queued' && job.startTime !== undefined
      ? { expectedStart: new Date(job.startTime * 1000).toISOString() }
      : {}),
    ...(outcome.phase === 'ended' ? { exitCode: exitCodeOf(job, outcome), endedBy: endedBy(job.state) } : {}),
  };
}

/** Why a job waits is left in an ended one, where it would mislead. */
const endsWithReason: readonly SlurmState[] = ['FAILED', 'LAUNCH_FAILED', 'BOOT_FAIL', 'RECONFIG_FAIL'];

function describe(job: SlurmJob, outcome: SlurmOutcome): Pick<JobState, 'reason' | 'message'> {
  const isSaid = outcome.phase !== 'ended' || endsWithReason.includes(job.state);
  const own = !isSaid || job.reason === '' || job.reason === 'None' ? '' : ` (${job.reason})`;
  if (outcome.reason !== undefined) {
    return { reason: outcome.reason, message: `job ${job.id} ${outcome.message ?? job.state}${own}` };
  }
  if (outcome.phase !== 'queued') return {};
  return { reason: pendingReason(job.reason), message: `job ${job.id} waits in the queue${own}` };
}

/** Slurm's word, e.g. `Resources`; it may be followed by a list (`ReqNodeNotAvail, UnavailableNodes:n1`), or be a sentence. */
function pendingReason(reason: string): string {
  if (/\bheld\b/.test(reason)) return 'JobHeld';
  const [word = ''] = reason.split(',', 1);
  return /^[A-Z][A-Za-z0-9_]*$/.test(word) && word !== 'None' ? word : 'JobPending';
}

function endedBy(state: SlurmState): NonNullable<JobState['endedBy']> {
  return state === 'COMPLETED' || state === 'FAILED' ? 'itself' : 'scheduler';
}

/** Never 0: who asks knows that the containers left no word of their own. */
function exitCodeOf(job: SlurmJob, outcome: SlurmOutcome): number {
  return outcome.exitCode ?? (decodeExitCode(job.exitCode) || killed);
}

const signalBase = 128;

/**
 * An exit code as a shell says it: 128 plus the number of a signal.
 *
 * @remarks `squeue` of Slurm 22.05 prints the wait status (768 for exit code 3, 15 for SIGTERM), `sacct` and newer versions `3:0`.
 */
export function decodeExitCode(text: string): number {
  const [, code, signal] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (code !== undefined && signal !== undefined)
    return Number(signal) > 0 ? signalBase + Number(signal) : Number(code) & 255;
  if (!/^\d+$/.test(text)) return 0;
  const status = Number(text);
  const number = status & 127;
  return number > 0 ? signalBase + number : (status >> 8) & 255;
}
