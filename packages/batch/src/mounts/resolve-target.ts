import { posix } from 'node:path';
import type { DirectoryEntry } from '../contract/host.ts';

/** Entries of directories of the host; undefined for a path that is no directory. */
export type Listings = ReadonlyMap<string, readonly DirectoryEntry[] | undefined>;

/** The path without symbolic links, or the directory whose entries are needed to say. */
export type ResolvedTarget =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'listing'; readonly directory: string };

const linkLimit = 40;

/** Follows the symbolic links in a path, as far as it exists; what does not exist yet stays as written. */
export function resolveTarget(target: string, listings: Listings): ResolvedTarget {
  let pending = target.split('/').filter((part) => part !== '');
  let path = '/';
  for (let links = 0; pending.length > 0;) {
    if (!listings.has(path)) return { kind: 'listing', directory: path };
    const [name = '', ...rest] = pending;
    const entry = listings.get(path)?.find((candidate) => candidate.name === name);
    if (entry === undefined) return { kind: 'path', path: posix.join(path, ...pending) };
    if (entry.type === 'link' && links < linkLimit) {
      links += 1;
      pending = [
        ...posix
          .resolve(path, entry.target)
          .split('/')
          .filter((part) => part !== ''),
        ...rest,
      ];
      path = '/';
      continue;
    }
    path = posix.join(path, name);
    pending = rest;
  }
  return { kind: 'path', path };
}
