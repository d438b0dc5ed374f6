import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeScript } from '../testing/fake-programs.ts';
import { recordProgress } from '../testing/recorded-progress.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { ensurePrograms } from './debian-packages.ts';

const wanted = { what: 'The Tool', programs: ['interlink-test-tool'], packages: ['tool', 'tool-extras'] };

/** A machine whose apt-get fails to install until it was told to update. */
async function machine() {
  const root = await temporaryDirectory();
  const bin = join(root, 'bin');
  await mkdir(bin);
  const calls = join(root, 'calls');
  await writeScript(
    join(bin, 'apt-get'),
    `shift 3; echo "$*" >> '${calls}'
     case $1 in
       update) touch '${root}/updated' ;;
       *) [ -e '${root}/updated' ] || exit 100; printf '#!/bin/sh\\n' > '${bin}/interlink-test-tool'; chmod 755 '${bin}/interlink-test-tool' ;;
     esac`,
  );
  const environment = { PATH: `${bin}:/usr/bin:/bin`, XDG_CACHE_HOME: join(root, 'cache') };
  const context = { environment, progress: recordProgress(), signal: undefined, userId: 0 };
  return { context, calls: () => readFile(calls, 'utf8').catch(() => '') };
}

const install = '-y install --no-install-recommends tool tool-extras\n';

describe('programs of Debian packages', () => {
  it('are installed once by root, with fresh lists where the old ones do not do, and one line says so', async () => {
    const { context, calls } = await machine();
    await Promise.all([ensurePrograms(wanted, context), ensurePrograms(wanted, context)]);
    await ensurePrograms(wanted, context);
    expect(await calls()).toBe(`${install}update\n${install}`);
    expect(context.progress.lines.filter((line) => line.startsWith('installing'))).toEqual([
      'installing The Tool (apt-get install --no-install-recommends tool tool-extras)',
    ]);
  });

  it('are asked for in one line, with the command that brings them, where nobody may install', async () => {
    const { context, calls } = await machine();
    await expect(ensurePrograms(wanted, { ...context, userId: 1000 })).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      message:
        'The Tool is not installed (no interlink-test-tool); on Debian or Ubuntu: ' +
        'sudo apt-get install --no-install-recommends tool tool-extras',
    });
    expect(await calls()).toBe('');
  });
});
