import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLocalHost } from '@interlink/batch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatLauncher, installLauncher } from './launcher.ts';

const run = promisify(execFile);
const host = createLocalHost();

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'launcher-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function launch(commandPrefix: string, preamble?: string): Promise<string> {
  const job = join(root, 'a job');
  await rm(job, { recursive: true, force: true });
  await mkdir(job);
  if (preamble !== undefined) await writeFile(join(job, 'preamble'), preamble);
  const launcher = await installLauncher(host, root, { shell: '/bin/bash', commandPrefix });
  const argv = [job, 'bash', '-c', 'printf "%s," "$FROM_SITE" "$FROM_POD" "$@"', 'bash', 'a b', '$x'];
  return (await run(launcher, argv)).stdout;
}

describe('the batch script', () => {
  it('becomes the program with its arguments, untouched', async () => {
    expect(await launch('')).toBe(',,a b,$x,');
  });

  it('runs the site’s prefix first, then the preamble of the job', async () => {
    expect(await launch('export FROM_SITE=s', 'export FROM_POD=$FROM_SITE-p\n')).toBe('s,s-p,a b,$x,');
  });

  it.for(['', 'module load x'])('is good shell with the prefix %j', async (commandPrefix, { skip }) => {
    const isInstalled = await run('shellcheck', ['--version']).then(
      () => true,
      () => false,
    );
    skip(!isInstalled, 'shellcheck is not installed');
    const text = formatLauncher({ shell: '/bin/bash', commandPrefix });
    expect(text.startsWith('#!/bin/bash\n')).toBe(true);
    const file = join(root, 'check.sh');
    await writeFile(file, text);
    // The preamble is the job's own.
    await run('shellcheck', ['--exclude=SC1091', file]);
  });

  it('is its user’s alone, and another file for another prefix', async () => {
    const install = (commandPrefix: string) => installLauncher(host, root, { shell: '/bin/bash', commandPrefix });
    const first = await install('a');
    expect((await stat(first)).mode & 0o777).toBe(0o700);
    expect(await install('a')).toBe(first);
    expect(await install('b')).not.toBe(first);
  });
});
