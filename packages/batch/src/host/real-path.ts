import { posix } from 'node:path';
import type { ExistingPath, Host } from '../contract/host.ts';

/** A path without symbolic links. */
export interface RealPath {
  readonly path: string;
  /** undefined where nothing is there. */
  readonly type: ExistingPath['type'] | undefined;
}

/** The path without links as far as it exists; the rest as written. */
export async function realPath(path: string, host: Pick<Host, 'resolvePath'>): Promise<RealPath> {
  const found = await host.resolvePath(path);
  if (found || path === '/') return found ?? { path, type: undefined };
  const parent = await realPath(posix.dirname(path), host);
  return { path: posix.join(parent.path, posix.basename(path)), type: undefined };
}

/** Whether a path is a directory or below it, by their names alone. */
export function isWithin(path: string, directory: string): boolean {
  const base = directory.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}
