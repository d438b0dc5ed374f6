import { chmod, mkdir, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TreeEntry } from '../contract/host.ts';
import { translateFileErrors } from './file-error.ts';

const ownerOnlyDirectory = 0o700;
const ownerOnlyFile = 0o600;

/** Prefix of trees that are being made; what is left of one after a crash is nobody's. */
export const unfinishedPrefix = '.new-';

/** See `Host.makeDirectories`. */
export async function makeDirectories(paths: readonly string[]): Promise<void> {
  await translateFileErrors('the work directory cannot be made', async () => {
    for (const path of paths) await mkdir(path, { recursive: true, mode: ownerOnlyDirectory });
  });
}

/** See `Host.createTree`: the tree is made under another name, and renamed when it is complete. */
export async function createTree(directory: string, entries: readonly TreeEntry[]): Promise<void> {
  await translateFileErrors('the job directory cannot be written', async () => {
    const unfinished = join(dirname(directory), `${unfinishedPrefix}${basename(directory)}`);
    await rm(unfinished, { recursive: true, force: true });
    try {
      await mkdir(unfinished, { mode: ownerOnlyDirectory });
      for (const entry of entries) await createEntry(unfinished, entry);
      await setDirectoryModes(unfinished, entries);
      await sync(unfinished);
      await rename(unfinished, directory);
      await sync(dirname(directory));
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
}

async function createEntry(parent: string, entry: TreeEntry): Promise<void> {
  const path = join(parent, entry.path);
  switch (entry.kind) {
    case 'directory':
      await mkdir(path, { recursive: true, mode: ownerOnlyDirectory });
      return;
    case 'link':
      await symlink(entry.target, path);
      return;
    case 'file':
      await writeFile(path, entry.content, { mode: ownerOnlyFile, flag: 'wx' });
      if (entry.mode !== ownerOnlyFile) await chmod(path, entry.mode);
  }
}

/** At last and from the inside out: a directory may be one that its owner cannot write. */
async function setDirectoryModes(parent: string, entries: readonly TreeEntry[]): Promise<void> {
  for (const entry of entries.toReversed()) {
    if (entry.kind === 'directory' && entry.mode !== ownerOnlyDirectory)
      await chmod(join(parent, entry.path), entry.mode);
  }
}

/** See `Host.writeDurably`. */
export async function writeDurably(path: string, content: string): Promise<void> {
  await translateFileErrors(`${basename(path)} cannot be written`, async () => {
    const temporary = join(dirname(path), `.${basename(path)}.new`);
    const file = await open(temporary, 'w', ownerOnlyFile);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await sync(dirname(path));
  });
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
