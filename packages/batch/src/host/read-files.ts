import { readlinkSync, type Dirent, type Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DirectoryEntry, ExistingPath, Host } from '../contract/host.ts';
import { errorCode, translateFileErrors } from './file-error.ts';

const absent = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

function unlessAbsent<T>(attempt: string, work: () => Promise<T>): Promise<T | undefined> {
  return translateFileErrors(attempt, async () => {
    try {
      return await work();
    } catch (error) {
      if (absent.has(errorCode(error) ?? '')) return undefined;
      throw error;
    }
  });
}

/** See `Host.readMany`. */
export async function readMany(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    paths.map((path) => unlessAbsent('a file of the job cannot be read', () => readFile(path, 'utf8'))),
  );
  return new Map(paths.flatMap((path, index) => (texts[index] === undefined ? [] : [[path, texts[index]]])));
}

/** See `Host.sizes`. */
export async function sizesOf(paths: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const facts = await Promise.all(
    paths.map((path) => unlessAbsent('a file of the job cannot be read', () => stat(path))),
  );
  return new Map(paths.flatMap((path, index) => (facts[index] === undefined ? [] : [[path, facts[index].size]])));
}

/** See `Host.list`. */
export function listDirectory(directory: string): Promise<readonly DirectoryEntry[] | undefined> {
  return unlessAbsent('a directory cannot be listed', async () => {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.flatMap((entry) => describe(directory, entry) ?? []);
  });
}

function describe(directory: string, entry: Dirent): DirectoryEntry | undefined {
  const { name } = entry;
  if (entry.isSymbolicLink()) {
    const target = readLink(join(directory, name));
    return target === undefined ? undefined : { name, type: 'link', target };
  }
  return { name, type: entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : 'other' };
}

/** The target of a link; undefined where it vanished since it was listed. */
function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** See `Host.resolvePath`. */
export function resolveExisting(path: string): ReturnType<Host['resolvePath']> {
  return unlessAbsent('a path cannot be looked up', async () => {
    const resolved = await realpath(path);
    return { path: resolved, type: typeOf(await stat(resolved)) };
  });
}

function typeOf(facts: Stats): ExistingPath['type'] {
  if (facts.isDirectory()) return 'directory';
  if (facts.isFile()) return 'file';
  if (facts.isSocket()) return 'socket';
  if (facts.isCharacterDevice()) return 'characterDevice';
  return facts.isBlockDevice() ? 'blockDevice' : 'other';
}
