import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../components/process-identity.ts';
import { controlPlaneStatus } from './control-plane-status.ts';
import { readControlPlaneState } from './control-plane-state.ts';

/** What the temporary directories of control planes begin with. */
export const temporaryPrefix = 'interlink-control-plane-';

async function isOrphan(directory: string): Promise<boolean> {
  // Another user's directory cannot be read, and is not ours to remove.
  const state = await readControlPlaneState(directory).catch(() => undefined);
  if (state === undefined || state.keep || (await isRunning(state.owner))) return false;
  return (await controlPlaneStatus(directory)).state === 'stopped';
}

/**
 * Removes the temporary directories of control planes whose owner was killed: their processes died with it, their files could
 * not.
 */
export async function removeOrphans(parent: string = tmpdir()): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(temporaryPrefix));
  for (const directory of names.map((name) => join(parent, name))) {
    if (await isOrphan(directory)) await rm(directory, { recursive: true, force: true });
  }
}
