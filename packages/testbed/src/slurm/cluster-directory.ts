import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { identifySelf, isRunning, type ProcessIdentity } from '../components/process-identity.ts';
import { removeCgroups, thawCgroups } from '../machine/machine-cgroups.ts';

const prefix = 'interlink-slurm-';

function ownerFile(directory: string): string {
  return join(directory, 'owner.json');
}

async function isOrphan(directory: string): Promise<boolean> {
  // A directory without an owner is just being made, or another user's.
  const text = await readFile(ownerFile(directory), 'utf8').catch(() => undefined);
  return text !== undefined && !(await isRunning(JSON.parse(text) as ProcessIdentity));
}

/** Removes a cluster's directory and its cgroups; its processes must be gone. */
export async function removeClusterDirectory(directory: string): Promise<void> {
  await removeCgroups(basename(directory));
  await rm(directory, { recursive: true, force: true });
}

/** Removes what clusters left whose owner was killed: their processes died with it, or do so here, their files could not. */
export async function removeOrphanClusters(parent: string = tmpdir()): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  for (const directory of names.map((name) => join(parent, name))) {
    if (!(await isOrphan(directory))) continue;
    await thawCgroups(basename(directory)); // A suspended job outlives its owner's end until then.
    await removeClusterDirectory(directory);
  }
}

/** Makes a new directory that knows its owner, this process. */
export async function makeClusterDirectory(): Promise<string> {
  await removeOrphanClusters();
  const directory = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(ownerFile(directory), JSON.stringify(await identifySelf()));
  return directory;
}
