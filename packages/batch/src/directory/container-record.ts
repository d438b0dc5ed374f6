/** One run of a container that ended. */
export interface EndedRun {
  /** Seconds since 1970. Absent for a container that was never started. */
  readonly startedAt?: number;
  readonly finishedAt: number;
  /** 128 plus the number of the signal where one ended it: the shell cannot tell the two apart. */
  readonly exitCode: number;
  /** A CamelCase word. */
  readonly reason: string;
  /** A word of the runner that says more, and the volume that it is about: `CommandNotFound`, `HostPathMissing data`; '' for none. */
  readonly detail?: string;
  /** What the container left as its message, else what the runner knows: why it ended it, why its image could not be pulled. */
  readonly message?: string;
}

/** How a container with probes or a postStart hook is, as the runner wrote it. */
export interface ContainerHealth {
  /** The run that this is about. */
  readonly restartCount: number;
  /** Whether its postStart hook and its startup probe have passed. */
  readonly started: boolean;
  readonly ready: boolean;
  /** What the last failed probe said; '' when all pass. */
  readonly message: string;
}

/** State of a container as the runner wrote it. */
export type ContainerRecord = { readonly restartCount: number; readonly last?: EndedRun } & (
  | { readonly state: 'waiting'; readonly reason: string; readonly detail?: string; readonly message?: string }
  | { readonly state: 'running'; readonly startedAt: number }
  | ({ readonly state: 'terminated' } & EndedRun)
);

/** The runner's last word on a job. */
export interface JobOutcome {
  /** `Completed`, `InitContainerFailed`, `Terminated`, `TimeLimit`, `DeadlineExceeded` or `Evicted`. */
  readonly reason: string;
  /** Of `Evicted`: the volume and its limit in bytes. '' for nothing more. */
  readonly detail?: string;
  /** Seconds since 1970. */
  readonly finishedAt: number;
}

/** That the runner was told to end the pod, and when. */
export interface StopNote {
  /**
   * `Terminated`: by the scheduler or the plugin. `TimeLimit`: the scheduler said that the job is about to reach it. `DeadlineExceeded`,
   * `InitContainerFailed`: by itself.
   */
  readonly reason: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** The stop file's second line; the first is the runner's own. undefined where there is none. */
export function parseStopNote(text: string): StopNote | undefined {
  const [, reason, at] = /^[^\n]*\n(\w+) ([\d.]+)\n/.exec(text) ?? [];
  return reason === undefined ? undefined : { reason, at: Number(at) };
}

/** A state file's content; undefined where it is not (yet) one. */
export function parseContainerRecord(text: string): ContainerRecord | undefined {
  const record = parse(text) as Partial<ContainerRecord> | undefined;
  return typeof record?.state === 'string' && typeof record.restartCount === 'number'
    ? (record as ContainerRecord)
    : undefined;
}

/** A health file's content; undefined where it is not (yet) one. */
export function parseContainerHealth(text: string): ContainerHealth | undefined {
  const health = parse(text) as Partial<ContainerHealth> | undefined;
  return typeof health?.restartCount === 'number' ? (health as ContainerHealth) : undefined;
}

/** The outcome file's content; undefined where it is not yet complete. */
export function parseJobOutcome(text: string): JobOutcome | undefined {
  const outcome = parse(text) as Partial<JobOutcome> | undefined;
  return typeof outcome?.reason === 'string' && typeof outcome.finishedAt === 'number'
    ? (outcome as JobOutcome)
    : undefined;
}

function parse(text: string): unknown {
  try {
    return (JSON.parse(text) as unknown) ?? undefined;
  } catch {
    return undefined;
  }
}
