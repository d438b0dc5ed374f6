import { join } from 'node:path';

/** Where the parts of a cluster lie below its directory. */
export interface SlurmLayout {
  readonly directory: string;
  readonly configurationFile: string;
  readonly gresFile: string;
  readonly cgroupFile: string;
  readonly mungeKeyFile: string;
  readonly mungeSocket: string;
  /** Links to the null device that stand for GPUs. */
  readonly gpuDirectory: string;
  readonly stateDirectory: string;
  readonly spoolDirectory: string;
  readonly logDirectory: string;
  /** The machine's own directory. */
  readonly machineDirectory: string;
  /** Client programs as a host without Slurm of its own can call them. */
  readonly binDirectory: string;
  readonly workDirectory: string;
}

/** Names everything; nothing is made. */
export function createSlurmLayout(directory: string): SlurmLayout {
  const at = (...parts: string[]): string => join(directory, ...parts);
  return {
    directory,
    configurationFile: at('etc', 'slurm.conf'),
    gresFile: at('etc', 'gres.conf'),
    cgroupFile: at('etc', 'cgroup.conf'),
    mungeKeyFile: at('munge', 'key'),
    mungeSocket: at('munge', 'socket'),
    gpuDirectory: at('gpu'),
    stateDirectory: at('state'),
    spoolDirectory: at('spool'),
    logDirectory: at('log'),
    machineDirectory: at('machine'),
    binDirectory: at('bin'),
    workDirectory: at('work'),
  };
}
