import { isInterLinkError } from '@interlink/spec';
import { obtainSlurm } from './obtain-slurm.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import type { SlurmKind } from './slurm-options.ts';

/** Whether this machine can have a kind of Slurm. */
export interface SlurmSupport {
  readonly available: boolean;
  /** Why not, in one line with what helps; what it is, when it can be had. For the name of a group of tests. */
  readonly reason: string;
}

/**
 * Finds out, and installs what is missing where that is possible. For tests, which skip with the reason in their name: `const support =
 * await slurmSupport('host'); describe.skipIf(!support.available)(support.reason, …)`. Other failures than `UnavailableError` are thrown:
 * a broken machine is not one without Slurm.
 */
export async function slurmSupport(kind: SlurmKind, options: EnsureOptions = {}): Promise<SlurmSupport> {
  try {
    await obtainSlurm(kind, options);
    return { available: true, reason: `Slurm (${kind})` };
  } catch (error) {
    if (!isInterLinkError(error) || error.code !== 'ILK_UNAVAILABLE') throw error;
    return { available: false, reason: error.message };
  }
}
