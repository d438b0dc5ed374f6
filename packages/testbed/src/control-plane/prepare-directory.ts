import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConflictError, InvalidInputError } from '@interlink/spec';
import { controlPlaneStatus } from './control-plane-status.ts';
import { removeOrphans, temporaryPrefix } from './remove-orphans.ts';

/**
 * Makes the directory of a control plane: the given one, or a new one for temporary files. A directory that an ended control
 * plane left behind is cleared; one with a running control plane is a `ConflictError`, one with anything else an
 * `InvalidInputError`, because the directory is removed in the end.
 */
export async function prepareDirectory(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) {
    await removeOrphans();
    return mkdtemp(join(tmpdir(), temporaryPrefix));
  }
  const directory = resolve(wanted);
  const { state } = await controlPlaneStatus(directory);
  if (state === 'running' || state === 'partly') {
    throw new ConflictError(`a control plane runs in ${directory} already`);
  }
  if (state === 'stopped') await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0) {
    throw new InvalidInputError(`${directory} is not empty, and a control plane removes its directory when it stops`);
  }
  return directory;
}
