import type { TreeEntry } from '../contract/host.ts';

/** A directory of a job; mode 0700 by default. */
export function folder(path: string, mode = 0o700): TreeEntry {
  return { kind: 'directory', path, mode };
}

/** A file of a job that its user alone reads. */
export function file(path: string, content: string): TreeEntry {
  return { kind: 'file', path, mode: 0o600, content };
}
