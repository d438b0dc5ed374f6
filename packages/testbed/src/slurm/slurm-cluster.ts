import type { MachineRunOptions, MachineRunResult } from '../machine/machine.ts';
import type { SlurmKind } from './slurm-options.ts';

/** A part of a cluster that can be stopped and started; `slurmd` means those of all nodes. */
export type SlurmComponent = 'munged' | 'slurmctld' | 'slurmd';

/** How a component is stopped. */
export interface SlurmStopOptions {
  /** Time between SIGTERM and SIGKILL. Default 10; 0 is SIGKILL at once, as a crash. */
  readonly graceSeconds?: number;
}

/**
 * A running Slurm cluster that shares nothing with any other on the machine: ports, keys, files and processes are its own.
 * Disposing kills all jobs and daemons and removes its directory.
 */
export interface SlurmCluster extends AsyncDisposable {
  readonly kind: SlurmKind;
  /** E.g. `22.05.8`. */
  readonly version: string;
  readonly directory: string;
  /** A directory for job directories, scripts and outputs that host and jobs see under the same path. Every user may write to it. */
  readonly workDirectory: string;
  /**
   * What a process on the host needs in its environment so that `sbatch` and the like are this cluster's: `SLURM_CONF`, and a `PATH`
   * that begins with {@link SlurmCluster.binDirectory} where there is one. A process that is given these and no more works on both
   * kinds alike.
   */
  readonly environment: { readonly SLURM_CONF: string; readonly PATH: string };
  /**
   * What to put before a command on the host so that it runs where the cluster's login node would be: nothing for `host`; for
   * `debian-13` a command that goes into the machine and has {@link SlurmCluster.workDirectory} as current directory.
   */
  readonly wrapper: readonly string[];
  /**
   * Only `debian-13`: programs for the host's use that run in the machine, with the current directory and environment of the caller:
   * Slurm's clients, `apptainer`, `singularity` and `skopeo`.
   */
  readonly binDirectory: string | undefined;
  /** Runs a command as on the login node, in {@link SlurmCluster.workDirectory}; `BackendError` with its standard error when it fails. */
  run(argv: readonly string[], options?: MachineRunOptions): Promise<MachineRunResult>;
  /** Process 1 of the machine that the daemons and jobs run in, as the host counts. */
  readonly machinePid: number;
  /** The files that a component's output is appended to. */
  logFiles(component: SlurmComponent): readonly string[];
  /** Stops a component, for tests of faults. Jobs run on without it. */
  stop(component: SlurmComponent, options?: SlurmStopOptions): Promise<void>;
  /** Starts a stopped component on its old port and state; resolves when it answers. */
  start(component: SlurmComponent): Promise<void>;
}
