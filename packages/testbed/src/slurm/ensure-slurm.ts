import { ensurePrograms } from '../debian/debian-packages.ts';
import { toInstallContext, type EnsureOptions } from '../debian/ensure-options.ts';

/**
 * Installs Slurm on this machine when it is not there and this process may (root, apt). No daemon of the system's is used or needed.
 * `UnavailableError` of one line otherwise.
 */
export async function ensureSlurm(options: EnsureOptions = {}): Promise<void> {
  const wanted = {
    what: 'Slurm',
    programs: ['slurmctld', 'slurmd', 'sbatch', 'munged'],
    packages: ['slurmctld', 'slurmd', 'slurm-client', 'munge'],
  };
  await ensurePrograms(wanted, toInstallContext(options));
}
