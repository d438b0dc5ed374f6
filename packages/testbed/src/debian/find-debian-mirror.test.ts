import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { findDebianMirror } from './find-debian-mirror.ts';

async function machine(files: Record<string, string>): Promise<string> {
  const root = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

const other = 'deb https://packages.example/tool stable main\n';

describe('the mirror that Debian comes from', () => {
  it('is the one that the machine has its own release from', async () => {
    const root = await machine({
      'etc/os-release': 'ID=debian\nVERSION_CODENAME=bookworm\n',
      'etc/apt/sources.list.d/a.list': other,
      'etc/apt/sources.list.d/debian.sources': 'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n',
    });
    expect(await findDebianMirror({}, root)).toBe('http://mirror.example/debian');
  });

  it('is unknown on another system, unless it is named', async () => {
    const root = await machine({
      'etc/os-release': 'ID=ubuntu\nVERSION_CODENAME=noble\n',
      'etc/apt/sources.list': 'deb http://mirror.example/ubuntu noble main\n',
    });
    expect(await findDebianMirror({}, root)).toBeUndefined();
    const environment = { INTERLINK_DEBIAN_MIRROR: 'http://named.example/debian' };
    expect(await findDebianMirror(environment, root)).toBe('http://named.example/debian');
  });
});
