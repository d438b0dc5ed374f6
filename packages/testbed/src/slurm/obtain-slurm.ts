import { UnavailableError } from '@interlink/spec';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import { ensureSlurm } from './ensure-slurm.ts';
import type { SlurmKind } from './slurm-options.ts';

/** Where a kind of Slurm is installed. */
export interface SlurmInstallation {
  /** The root tree that holds it; undefined for the host's own. */
  readonly rootTree: string | undefined;
}

/** Finds or installs a kind of Slurm; `UnavailableError` of one line where it cannot be had. */
export async function obtainSlurm(kind: SlurmKind, options: EnsureOptions): Promise<SlurmInstallation> {
  if (process.platform !== 'linux') throw new UnavailableError('Slurm clusters of the testbed need Linux');
  if ((options.userId ?? process.getuid?.()) !== 0) {
    throw new UnavailableError(
      'Slurm clusters of the testbed need root, whose namespaces they use: run this with sudo',
    );
  }
  if (kind === 'debian-13') return { rootTree: await ensureDebian13(options) };
  await ensureSlurm(options);
  return { rootTree: undefined };
}
