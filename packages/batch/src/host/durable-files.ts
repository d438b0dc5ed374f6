import { chmodSync, constants, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TreeEntry, WriteOptions } from '../contract/host.ts';
import { errorCode, translateFileErrors } from './file-error.ts';
import { removeTree } from './remove-tree.ts';

const ownerOnlyDirectory = 0o700;
const ownerOnlyFile = 0o600;
const entriesPerStep = 50;

/** Prefix of trees that are being made or removed; what is left of one after a crash is nobody's. */
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
    const unfinished = unfinishedPath(directory);
    await removeTree(unfinished);
    try {
      await fillTree(unfinished, entries);
      for (const entry of entries) if (entry.kind === 'file' && entry.durable) await sync(join(unfinished, entry.path));
      await sync(unfinished);
      await rename(unfinished, directory);
      await sync(dirname(directory));
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
}

/** See `Host.discardTree`: renamed first, so that a crash leaves no half of it under its name. */
export async function discardTree(directory: string): Promise<void> {
  const unfinished = unfinishedPath(directory);
  await removeTree(unfinished);
  await translateFileErrors('the job directory cannot be removed', async () => {
    try {
      await rename(directory, unfinished);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  });
  await removeTree(unfinished);
}

function unfinishedPath(directory: string): string {
  const name = basename(directory);
  // Who reads a volume passes over names that begin with two dots.
  return join(dirname(directory), name.startsWith('..') ? `${name}.new` : `${unfinishedPrefix}${name}`);
}

/**
 * In small synchronous steps: a tree has up to some hundred tiny entries, and a trip through the thread pool for each costs
 * ten times the call itself. Between the steps other requests have their turn.
 */
async function fillTree(root: string, entries: readonly TreeEntry[]): Promise<void> {
  mkdirSync(root, { mode: ownerOnlyDirectory });
  for (let start = 0; start < entries.length; start += entriesPerStep) {
    for (const entry of entries.slice(start, start + entriesPerStep)) createEntry(root, entry);
    await nextTurn();
  }
  // At last and from the inside out: a directory may be one that its owner cannot write.
  for (const entry of entries.toReversed()) {
    if (entry.kind === 'directory' && entry.mode !== ownerOnlyDirectory) chmodSync(join(root, entry.path), entry.mode);
  }
}

function createEntry(parent: string, entry: TreeEntry): void {
  const path = join(parent, entry.path);
  switch (entry.kind) {
    case 'directory':
      mkdirSync(path, { recursive: true, mode: ownerOnlyDirectory });
      return;
    case 'link':
      symlinkSync(entry.target, path);
      return;
    case 'file':
      writeFileSync(path, entry.content, { mode: ownerOnlyFile, flag: 'wx' });
      if (entry.mode !== ownerOnlyFile) chmodSync(path, entry.mode);
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

/** See `Host.linkDurably`. */
export async function linkDurably(path: string, target: string): Promise<void> {
  await translateFileErrors(`${basename(path)} cannot be written`, async () => {
    const temporary = join(dirname(path), `..${basename(path)}.new`);
    await rm(temporary, { force: true });
    await symlink(target, temporary);
    await rename(temporary, path);
    await sync(dirname(path));
  });
}

/** See `Host.writeAt`. */
export async function writeAt(path: string, content: Uint8Array, options: WriteOptions): Promise<void> {
  await translateFileErrors(`${basename(path)} cannot be written`, async () => {
    // Neither truncated nor appended to: the place is the caller's.
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT, ownerOnlyFile);
    try {
      if (content.length > 0) await file.write(content, 0, content.length, options.offset);
      if (options.durable) await file.sync();
    } finally {
      await file.close();
    }
  });
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
