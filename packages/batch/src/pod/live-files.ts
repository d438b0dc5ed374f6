import { createHash } from 'node:crypto';
import type { VolumeFile } from '@interlink/plugin-sdk';
import type { TreeEntry } from '../contract/host.ts';

/**
 * The files of a volume as a kubelet lays them out, so that all of them are replaced at once: they are in a directory of their own, a
 * link leads to it, and each name at the top of the volume is a link through that one.
 */
export interface LiveFiles {
  /** Name of the directory. It follows from the files: the same files, the same name. */
  readonly generation: string;
  /** What is in it, parents first. */
  readonly entries: readonly TreeEntry[];
  /** Names and targets, the one to the directory first. */
  readonly links: readonly (readonly [name: string, target: string])[];
}

/** The link to the directory that counts. */
export const currentLink = '..data';

/** Of every directory in a volume that is made from objects. */
export const volumeDirectoryMode = 0o755;

const hashLength = 32;

/** The layout of these files. Pure. */
export function liveFiles(files: readonly VolumeFile[]): LiveFiles {
  const generation = `..${hashOf(files)}`;
  const names = [...new Set(files.map(({ path }) => topOf(path)))];
  return {
    generation,
    entries: filesWithParents(files),
    links: [[currentLink, generation], ...names.map((name) => [name, `${currentLink}/${name}`] as const)],
  };
}

/** Whether a name in a volume belongs to the layout, as no file's does. */
export function isLayoutName(name: string): boolean {
  return name.startsWith('..');
}

/** The first component of a path. */
export function topOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

/** The files and the directories that they are in, the outermost first. */
export function filesWithParents(files: readonly VolumeFile[]): TreeEntry[] {
  const directories = new Set(files.flatMap(({ path }) => parents(path)));
  return [
    ...[...directories].sort().map((path): TreeEntry => ({ kind: 'directory', path, mode: volumeDirectoryMode })),
    ...files.map(({ path, mode, content }): TreeEntry => ({ kind: 'file', path, mode, content })),
  ];
}

/** The directories around a path, the outermost first: `a` and `a/b` for `a/b/c`. */
export function parents(path: string): string[] {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? [] : [...parents(path.slice(0, slash)), path.slice(0, slash)];
}

function hashOf(files: readonly VolumeFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, content } of files) hash.update(`${path}\0${mode} ${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, hashLength);
}
