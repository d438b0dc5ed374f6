import { UnavailableError } from '@interlink/spec';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import { ensureSlurm, type EnsureOptions } from './ensure-slurm.ts';
import type { SlurmKind } from './slurm-options.ts';

/** Where a kind of Slurm is installed. */
export interface SlurmInstallation {
  /** The root tree that holds it; undefined for the host's own. */
  readonly rootTree: string | undefined;
}

/** Finds or installs a kind of Slurm; `UnavailableError` of one line where it cannot be had. */
export async function obtainSlurm(kind: SlurmKind, options: EnsureOptions): Promise<SlurmInstallation> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new UnavailableError(
      'a Slurm cluster of one’s own needs Linux and root: its daemons start jobs as other users',
    );
  }
  if (kind === 'debian-13') return { rootTree: await ensureDebian13(options) };
  await ensureSlurm(options);
  return { rootTree: undefined };
}
