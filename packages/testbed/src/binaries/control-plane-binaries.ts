import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { programs, type Program } from './programs.ts';

/** Where the programs of a control plane lie on this machine. */
export interface ControlPlaneBinaries {
  /** The way they were found, in words: `cache`, `download`, … */
  readonly source: string;
  /** The directory that holds them all. */
  readonly directory: string;
  /** Path of each executable. */
  readonly paths: Readonly<Record<Program, string>>;
}

/** The paths of all programs in a directory, whether they exist or not. */
export function binariesIn(directory: string, source: string): ControlPlaneBinaries {
  const path = (program: Program): string => join(directory, program);
  return {
    source,
    directory,
    paths: {
      etcd: path('etcd'),
      'kube-apiserver': path('kube-apiserver'),
      'kube-controller-manager': path('kube-controller-manager'),
      'kube-scheduler': path('kube-scheduler'),
      kubectl: path('kubectl'),
    },
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The programs that a directory lacks, or has without the executable bit. */
export async function missingPrograms(directory: string): Promise<Program[]> {
  const present = await Promise.all(programs.map((program) => isExecutable(join(directory, program))));
  return programs.filter((_, index) => present[index] !== true);
}
