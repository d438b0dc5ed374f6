import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const run = promisify(execFile);
const nasty = ['a b', '', "it's", '$(id)', '`id`', '"', '\\', ';&|', 'x\ny', '*', '&', "'\\''"];
const print = ['printf', '%s\\0'];

let directory: string;
let ssh: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'command-line-'));
  ssh = join(directory, 'ssh');
  // As sshd does: one text for the login shell.
  await writeFile(ssh, '#!/bin/sh\nshift\nexec sh -c "$*"\n', { mode: 0o755 });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('arguments arrive unchanged, here and behind ssh', async () => {
  const remote = [ssh, 'login', 'printf', `'%s\\0'`];
  for (const argv of [commandLine(print, nasty), commandLine(remote, nasty)]) {
    const [program = '', ...rest] = argv;
    expect((await run(program, rest)).stdout.split('\0').slice(0, -1)).toEqual(nasty);
  }
});
