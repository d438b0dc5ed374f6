import type { Environment } from '../cache/cache-path.ts';
import { ensurePrograms } from '../debian/debian-packages.ts';
import { createProgress } from '../progress/create-progress.ts';
import type { Progress } from '../progress/progress.ts';

/** How what is missing is come by. Everything has a default. */
export interface EnsureOptions {
  /** Default: a bar on a terminal, else a line every 15 s, on standard error. */
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: this process's. */
  readonly environment?: Environment | undefined;
}

/**
 * Installs Slurm on this machine when it is not there and this process may (root, apt). No daemon of the system's is used or needed.
 * `UnavailableError` of one line otherwise.
 */
export async function ensureSlurm(options: EnsureOptions = {}): Promise<void> {
  const { progress = createProgress(), signal, environment = process.env } = options;
  const wanted = {
    what: 'Slurm',
    programs: ['slurmctld', 'slurmd', 'sbatch', 'munged'],
    packages: ['slurmctld', 'slurmd', 'slurm-client', 'munge'],
  };
  await ensurePrograms(wanted, { environment, progress, signal });
}
