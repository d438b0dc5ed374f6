import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isInterLinkError } from '@interlink/spec';
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

/** As a whole: processes that start clusters at the same time look into each other's directories. */
async function writeOwner(directory: string): Promise<void> {
  const temporary = `${ownerFile(directory)}.new`;
  await writeFile(temporary, JSON.stringify(await identifySelf()));
  await rename(temporary, ownerFile(directory));
}

/** What a process that is just ending still writes, and another one that removes the same directory, are tried again. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Removes a cluster's directory and its cgroups; its processes must be gone. */
export async function removeClusterDirectory(directory: string): Promise<void> {
  await removeCgroups(basename(directory));
  await rm(directory, removal);
}

/**
 * Removes what clusters left whose owner was killed: their processes died with it, or do so here, their files could not. One whose
 * processes take longer to end is left to the next caller, whose own cluster it must not hinder.
 */
export async function removeOrphanClusters(parent: string = tmpdir()): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  for (const directory of names.map((name) => join(parent, name))) {
    if (!(await isOrphan(directory))) continue;
    await thawCgroups(basename(directory)); // A suspended job outlives its owner's end until then.
    await removeClusterDirectory(directory).catch((error: unknown) => {
      if (!isInterLinkError(error) || error.code !== 'ILK_TIMEOUT') throw error;
    });
  }
}

/** Makes a new directory that knows its owner, this process. */
export async function makeClusterDirectory(): Promise<string> {
  await removeOrphanClusters();
  const directory = await mkdtemp(join(tmpdir(), prefix));
  await writeOwner(directory);
  return directory;
}
