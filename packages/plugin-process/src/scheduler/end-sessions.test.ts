import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBootId, readProcess } from '@interlink/batch';
import { endSessions } from './end-sessions.ts';
import { formatProcessJobId, parseProcessJobId } from './process-job-id.ts';

describe('a process job id', () => {
  it('is read as it is written, and nothing else is one', () => {
    const id = { pid: 7, startTicks: 9, bootId: 'ab12cd34' };
    expect(parseProcessJobId(formatProcessJobId(id))).toEqual(id);
    for (const text of ['', '7', '7-9', '-1-9-ab', '7-9-ab;x', '../7-9-ab'])
      expect(parseProcessJobId(text)).toBeUndefined();
  });
});

describe('endSessions', () => {
  async function withSleeper(
    use: (sleeper: { pid: number; startTicks: number }, directory: string) => Promise<void>,
  ): Promise<boolean> {
    const directory = await mkdtemp(join(tmpdir(), 'sessions-'));
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    await once(child, 'spawn');
    const facts = readProcess(child.pid!)!;
    try {
      await mkdir(join(directory, 'container/main'), { recursive: true });
      await use(facts, directory);
      const isAlive = await new Promise<boolean>((resolve) => {
        child.once('exit', () => resolve(false));
        setTimeout(() => resolve(child.exitCode === null && child.signalCode === null), 300);
      });
      return isAlive;
    } finally {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true });
    }
  }
  const note = (directory: string, pid: number, ticks: number) =>
    writeFile(join(directory, 'container/main/session'), `${pid} ${ticks}\n`);
  // A runner that is long gone.
  const runner = { pid: 2 ** 22, startTicks: 1 };

  it('kills the sessions that the runner noted', async () => {
    const isAlive = await withSleeper(async ({ pid, startTicks }, directory) => {
      await note(directory, pid, startTicks);
      await endSessions(directory, formatProcessJobId({ ...runner, bootId: readBootId() }));
    });
    expect(isAlive).toBe(false);
  });

  it('kills the sessions of commands that came from outside', async () => {
    const isAlive = await withSleeper(async ({ pid, startTicks }, directory) => {
      await mkdir(join(directory, 'container/main/joined'));
      await writeFile(join(directory, 'container/main/joined/0123'), `${pid} ${startTicks} /dev/pts/7\n`);
      await endSessions(directory, formatProcessJobId({ ...runner, bootId: readBootId() }));
    });
    expect(isAlive).toBe(false);
  });

  it('leaves another process alone that got a noted id since', async () => {
    const isAlive = await withSleeper(async ({ pid, startTicks }, directory) => {
      await note(directory, pid, startTicks - 1);
      await endSessions(directory, formatProcessJobId({ ...runner, bootId: readBootId() }));
    });
    expect(isAlive).toBe(true);
  });

  it('leaves everything alone after a restart of the machine', async () => {
    const isAlive = await withSleeper(async ({ pid, startTicks }, directory) => {
      await note(directory, pid, startTicks);
      await endSessions(directory, formatProcessJobId({ pid, startTicks, bootId: '00000000' }));
    });
    expect(isAlive).toBe(true);
  });
});
