/** The annotations of pods that this plugin reads; names as the Go Slurm plugin uses them. */
export const slurmAnnotations = {
  /** More options for `sbatch`, as in `#SBATCH` lines. */
  flags: 'slurm-job.vk.io/flags',
  /** Name of a preset of the site. */
  flavor: 'slurm-job.vk.io/flavor',
  /** Words for `mpiexec` before the containers' commands. */
  mpiFlags: 'slurm-job.vk.io/mpi-flags',
  /** Shell text to run before the containers. */
  preExec: 'slurm-job.vk.io/pre-exec',
  /** Mounts in the notation of `--bind`. */
  singularityMounts: 'slurm-job.vk.io/singularity-mounts',
  /** More options for the container runtime. */
  singularityOptions: 'slurm-job.vk.io/singularity-options',
  enrootMounts: 'slurm-job.vk.io/enroot-mounts',
  enrootOptions: 'slurm-job.vk.io/enroot-options',
  /** What stands before an image's name, in place of the site's. */
  imageRoot: 'slurm-job.vk.io/image-root',
  /** In a README of the Go plugin, never read by it. */
  singularityCommands: 'slurm-job.vk.io/singularity-commands',
  /** Shell text of the virtual kubelet that opens a tunnel. */
  tunnelCommands: 'interlink.eu/wstunnel-client-commands',
} as const;

/** Annotations whose value would be run as shell text or as a program of the host: a site must allow each by name. */
export const guardedAnnotations = [
  slurmAnnotations.preExec,
  slurmAnnotations.tunnelCommands,
  slurmAnnotations.mpiFlags,
  slurmAnnotations.singularityOptions,
  slurmAnnotations.enrootOptions,
] as const;

/** The annotations that say something to a container runtime, by its name. */
export const runtimeAnnotations: Readonly<Record<string, RuntimeAnnotations>> = {
  apptainer: {
    mounts: slurmAnnotations.singularityMounts,
    options: slurmAnnotations.singularityOptions,
    mountOptions: ['--bind', '-B'],
  },
  enroot: {
    mounts: slurmAnnotations.enrootMounts,
    options: slurmAnnotations.enrootOptions,
    mountOptions: ['--mount', '-m'],
  },
};

/** Names of annotations for one container runtime. */
export interface RuntimeAnnotations {
  readonly mounts: string;
  readonly options: string;
  /** What the runtime calls the option that the mounts are given by. */
  readonly mountOptions: readonly string[];
}

/** The prefix that older documents use for the same annotations. */
export const oldPrefix = 'slurm-job.knoc.io/';
export const prefix = 'slurm-job.vk.io/';
