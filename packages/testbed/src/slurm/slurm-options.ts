import type { Progress } from '../progress/progress.ts';

/**
 * Which Slurm: the one installed on this machine (22.05 on Debian 12), or 24.11 with Apptainer 1.4 in a Debian 13 root tree of its
 * own, where nothing of the host is visible but the shared directories.
 */
export type SlurmKind = 'host' | 'debian-13';

/**
 * What happens to a job that uses more memory than it asked for: nothing, a kill by Slurm that looks once a second (`FAILED`), or by
 * the kernel (`OUT_OF_MEMORY`), which needs memory cgroups of version 1.
 */
export type SlurmMemoryLimits = 'none' | 'polled' | 'cgroup';

/**
 * How Slurm finds the processes of a job that it ends: by cgroups, as most sites have it, or as the children of its processes, which
 * misses those whose parents ended.
 */
export type SlurmProcessTracking = 'cgroup' | 'parents';

/** How a cluster is started. Everything but the kind has a default. */
export interface SlurmOptions {
  readonly kind: SlurmKind;
  /** Compute nodes, `node1` and so on, all on this machine. Default 2. */
  readonly nodes?: number | undefined;
  /** CPUs that each node claims to have, whatever the machine has. Default 16. */
  readonly cpusPerNode?: number | undefined;
  /** Memory that each node claims to have. Default 32000. */
  readonly memoryMegabytesPerNode?: number | undefined;
  /** GPUs of type `a100` that each node claims to have; the devices are the null device. Default 4. */
  readonly gpusPerNode?: number | undefined;
  /** Time between SIGTERM and SIGKILL when a job is cancelled or over its time. Default 5; Slurm's own default is 30. */
  readonly killWaitSeconds?: number | undefined;
  /** Time that an ended job stays known. Default 300, as Slurm's own; 2 is the least that Slurm takes. */
  readonly minimumJobAgeSeconds?: number | undefined;
  /** Default `none`. */
  readonly memoryLimits?: SlurmMemoryLimits | undefined;
  /** Default: `cgroup` where this machine has freezer cgroups of version 1, else `parents`. */
  readonly processTracking?: SlurmProcessTracking | undefined;
  /** Lines of `slurm.conf`, in place of what the testbed would write for the same keys. */
  readonly configuration?: Readonly<Record<string, string>> | undefined;
  /** More directories that hosts and jobs share under the same path. Only `debian-13` needs to be told. */
  readonly sharedDirectories?: readonly string[] | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}
