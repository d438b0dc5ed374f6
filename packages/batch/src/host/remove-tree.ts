import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, translateFileErrors } from './file-error.ts';

const ownerOnlyDirectory = 0o700;

/** Removes a tree, also one with directories that a container made unwritable for its own user. */
export async function removeTree(path: string): Promise<void> {
  await translateFileErrors('files of the job cannot be removed', async () => {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
      await makeWritable(path);
      await rm(path, { recursive: true, force: true });
    }
  });
}

async function makeWritable(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, ownerOnlyDirectory);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(path, entry.name));
  }
}
