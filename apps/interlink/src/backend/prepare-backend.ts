import { UnavailableError } from '@interlink/spec';
import { slurmSupport, type Progress } from '@interlink/testbed';
import type { BackendName } from './backend.ts';
import { findSlurm } from './find-slurm.ts';

/**
 * Installs what a backend lacks, so that opening it later, where nobody sees progress, does not take long.
 *
 * @throws UnavailableError where the backend cannot be had on this machine.
 */
export async function prepareBackend(
  name: BackendName,
  options: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<void> {
  if (name !== 'slurm' || 'version' in (await findSlurm())) return;
  const { available, reason } = await slurmSupport('host', options);
  if (!available) throw new UnavailableError(reason);
}
