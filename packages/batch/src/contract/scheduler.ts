import type { PingResponse } from '@interlink/spec';
import type { PodResources, ResolvedPod, VerdictTable } from '@interlink/plugin-sdk';

/** What a scheduler makes of a pod before anything is written or submitted. */
export interface JobPlan {
  /** The scheduler's own options for the job, checked; `interlink explain` shows them. */
  readonly options: readonly string[];
  /** One sentence each for what of the pod has no effect. */
  readonly warnings: readonly string[];
  /** Variables for every container that does not set them itself. */
  readonly environment?: readonly (readonly [name: string, value: string])[];
  /** Words before the command of each main container, e.g. `mpiexec -np 4`; they run outside of the container. */
  readonly wrapper?: readonly string[];
  /** Shell text that the site allows this pod to run before its containers. The scheduler finds it in the job's file `preamble`. */
  readonly preamble?: string;
  /** Put before the pod's image names in place of the container runtime's own prefix. Default: that one. */
  readonly imagePrefix?: string;
  /** More arguments for the container runtime's start commands, which the site allows pods to add. Default none. */
  readonly runtimeOptions?: readonly string[];
  /**
   * More paths of the machine for every container, checked as those of hostPath volumes are; what the pod mounts at the same path
   * counts. Default none.
   */
  readonly hostMounts?: readonly {
    readonly path: string;
    readonly target: string;
    readonly readOnly: boolean;
    /** Where the pod says it, for errors. */
    readonly field: string;
  }[];
}

/** The files of a job that travel with it. */
export interface Shipment {
  /** Directory that is made on the machine of the job, for it alone; the job directory there is `<root>/<uid>`. */
  readonly root: string;
  /** Static shell text that unpacks them. */
  readonly head: string;
  /** The files in base64, with secrets among them. */
  readonly payload: string;
}

/** A pod as one job. */
export interface BatchJob {
  /** UID of the pod: the marker by which {@link Scheduler.find} must find the job again. */
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** The job directory: absolute, one per pod, its last component is the UID. */
  readonly directory: string;
  /** Program and arguments of the job: the runner and its directory, where the job runs. */
  readonly argv: readonly string[];
  /**
   * Set where the machine of the job does not see {@link BatchJob.directory}: the job is then the text that `formatShippedScript` makes, and
   * nothing of it may be on a command line or in a file that others can read.
   */
  readonly shipment?: Shipment;
  readonly resources: PodResources;
  /** Of {@link Scheduler.plan}; empty where the scheduler plans nothing. */
  readonly options: readonly string[];
  /** Time from SIGTERM to SIGKILL. */
  readonly gracePeriodSeconds: number;
  /** Longest time that the pod may run. */
  readonly activeDeadlineSeconds?: number;
}

/** What a scheduler says of one job. */
export interface JobState {
  /** `queued`: the runner was not started yet. `ended`: it will not run any more, whatever its outcome. */
  readonly phase: 'queued' | 'running' | 'ended';
  /** The scheduler's own word, e.g. `PENDING`. */
  readonly word: string;
  /** UID of the pod, where the scheduler's answer has it. */
  readonly uid?: string;
  /** A CamelCase word and a sentence for the author of the pod: why it waits, why it ended. */
  readonly reason?: string;
  readonly message?: string;
  /** Of a job that has ended: whether its runner came to its end by itself, or the scheduler ended it. Default `itself`. */
  readonly endedBy?: 'itself' | 'scheduler';
  /** Of a job that has ended, 128 plus the signal's number where one ended it. For containers that left no word of their own. */
  readonly exitCode?: number;
  /** RFC 3339; the scheduler's estimate for a queued job. */
  readonly expectedStart?: string;
}

/** The answer to {@link Scheduler.query}. */
export interface JobQuery {
  /** Whether all jobs of ours are in the answer. Only then does absence mean something. */
  readonly complete: boolean;
  /** By job id. */
  readonly jobs: ReadonlyMap<string, JobState>;
}

/** What the backend offers in all. Absent: not known. */
export interface Capacity {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly pods?: number;
  /** Extended resources by name, e.g. `nvidia.com/gpu`. */
  readonly extended?: Readonly<Record<string, number>>;
  /** Taints that the node should have now. */
  readonly taints?: NonNullable<PingResponse['taints']>;
}

/** How {@link Scheduler.cancel} ends a job. */
export interface CancelOptions {
  /**
   * The job's directory, where the runner noted the sessions of its containers. Absent for a second job of a pod that must not run: the job
   * itself is ended, and nothing that the directory tells of.
   */
  readonly directory?: string;
  /** False: SIGTERM to the runner, which gives its containers their grace period. True: nothing of the job may be left. */
  readonly force: boolean;
}

/** See {@link Scheduler.enter}. */
export interface JobCommand {
  readonly argv: readonly string[];
  /** Its whole environment. Default: a `PATH`, nothing else. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A queueing system. What is particular to it, and nothing else, is in here.
 *
 * @remarks
 * Failures: `UnavailableError` or `TimeoutError` when it could not be asked (the call is repeated later), `BackendError` when it
 * said no. Job ids are opaque: letters, digits and `._-[]` in any form the scheduler likes.
 */
export interface Scheduler {
  /** A word for logs and node labels, e.g. `slurm`. */
  readonly name: string;
  /** Environment variable that has the job's id where the job runs. Absent: the runner makes an id of its own. */
  readonly jobIdVariable?: string;
  /** Variables of a job's environment that say which devices it has: containers that ask for extended resources get them. Default none. */
  readonly deviceVariables?: readonly string[];
  /** Whether jobs run on the machine of the plugin. Default false. */
  readonly runsHere?: boolean;
  /** Least time between two queries. */
  readonly queryIntervalSeconds: number;
  /** Verdicts on fields of a pod that depend on the scheduler. */
  readonly verdicts?: VerdictTable;
  /**
   * Judges a pod and translates what the scheduler is told of it. Pure.
   *
   * @throws InvalidInputError, UnsupportedError naming the field or annotation at fault.
   */
  plan?(pod: ResolvedPod): JobPlan;
  /**
   * What this host runs to have a command run on the machine of a running job, as the job's user, with the caller's standard streams, byte for
   * byte. SIGTERM ends it, and the command where it can. Its own exit codes and words do not matter. The command itself where {@link Scheduler.runsHere}.
   */
  enter(id: string, command: readonly string[]): Promise<JobCommand>;
  /**
   * What is still known of jobs that are no longer in {@link Scheduler.query}, in one question. Optional; jobs that nothing is known of
   * are left out.
   */
  recall?(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>>;
  /** Queues a job. Resolves with its id once the job would survive a crash of this process. */
  submit(job: BatchJob): Promise<string>;
  /** Asks for the end of a job. An unknown job resolves. Does not wait for the end. */
  cancel(id: string, options: CancelOptions): Promise<void>;
  /** All jobs of ours that the scheduler knows, in one question. */
  query(): Promise<JobQuery>;
  /** The job of a pod, if the scheduler has one. Rejects when it could not be asked: "no" must be certain. */
  find(uid: string): Promise<string | undefined>;
  /** What the backend offers. May be cached. */
  capacity(): Promise<Capacity>;
  /** Calls back when jobs may have ended, where the scheduler can tell. Optional: queries find out as well. */
  onChange?(listener: () => void): Disposable;
}
