import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateDirectory } from '../lab/lab-directory.ts';
import type { BackendName } from './backend.ts';

/**
 * Makes a new directory for the pods of a backend; the caller removes it. That of a Slurm is below the user's home, which the nodes of a
 * cluster have in common, unlike the directory for temporary files.
 */
export async function makePodDirectory(backend: BackendName, purpose: string): Promise<string> {
  if (backend === 'process') return await mkdtemp(join(tmpdir(), `interlink-${purpose}-`));
  await mkdir(stateDirectory(), { recursive: true, mode: 0o700 });
  return await mkdtemp(join(stateDirectory(), `${purpose}-`));
}
