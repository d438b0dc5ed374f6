import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../cache/cache-path.ts';
import { parseSourcesList, parseSourcesStanzas, type AptSource } from './parse-apt-sources.ts';

/** Names the mirror where this machine is no Debian. */
export const mirrorVariable = 'INTERLINK_DEBIAN_MIRROR';

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function readSources(root: string): Promise<AptSource[]> {
  const directory = join(root, 'etc/apt/sources.list.d');
  const names = (await readdir(directory).catch(() => [])).sort();
  const sources = parseSourcesList(await read(join(root, 'etc/apt/sources.list')));
  for (const name of names) {
    const text = await read(join(directory, name));
    if (name.endsWith('.list')) sources.push(...parseSourcesList(text));
    if (name.endsWith('.sources')) sources.push(...parseSourcesStanzas(text));
  }
  return sources;
}

/**
 * The mirror that Debian 13 can be had from: the one that `INTERLINK_DEBIAN_MIRROR` names, else the one that this machine has its
 * own Debian from. Undefined on other systems, whose mirrors have no Debian.
 */
export async function findDebianMirror(environment: Environment, root = '/'): Promise<string | undefined> {
  const named = environment[mirrorVariable];
  if (named !== undefined && named !== '') return named;
  const release = await read(join(root, 'etc/os-release'));
  if (!/^ID=debian$/m.test(release)) return undefined;
  const codename = /^VERSION_CODENAME=(.+)$/m.exec(release)?.[1] ?? 'sid';
  return (await readSources(root)).find(({ suites }) => suites.includes(codename))?.uri;
}
