import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { pollUntil } from '../control-plane/poll-until.ts';
import { writeScript } from '../testing/fake-programs.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { startComponentProcess } from './component-process.ts';
import { endProcess } from './end-process.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
import { kernelTie, tieToParent, untied, type ParentTie } from './tie-to-parent.ts';

async function command(script: string, tie: ParentTie = untied) {
  const directory = await temporaryDirectory();
  const executable = join(directory, 'program');
  await writeScript(executable, script);
  return { name: 'program', executable, arguments: [], logFile: join(directory, 'program.log'), tie };
}

describe('a component', () => {
  it('writes both outputs to its log, and an early end is an error with the last line', async () => {
    const started = await command('echo out; echo the port is taken >&2; sleep 0.2; exit 3');
    const { ended } = await startComponentProcess(started);
    await expect(ended).rejects.toMatchObject({
      code: 'ILK_BACKEND',
      message: 'program ended (exit code 3): the port is taken',
    });
    expect(await readFile(started.logFile, 'utf8')).toBe('out\nthe port is taken\n');
  });

  it('that cannot be started is an error', async () => {
    const started = { ...(await command('')), executable: '/does/not/exist' };
    await expect(startComponentProcess(started)).rejects.toMatchObject({ code: 'ILK_BACKEND' });
  });

  it('ends on SIGTERM, and on SIGKILL after the grace period', async () => {
    const polite = await startComponentProcess(await command('exec sleep 1000'));
    await endProcess(polite.identity, { graceSeconds: 60 });
    expect(await isRunning(polite.identity)).toBe(false);

    const started = await command('trap "" TERM; echo ready; while :; do sleep 1; done');
    const stubborn = await startComponentProcess(started);
    await pollUntil(async () => (await readFile(started.logFile, 'utf8')).includes('ready'), {
      what: 'the trap',
      timeoutSeconds: 30,
    });
    await endProcess(stubborn.identity, { graceSeconds: 0.2 });
    expect(await isRunning(stubborn.identity)).toBe(false);
  });

  it('is not mistaken for another process with its number', async () => {
    const self = await identifyProcess(process.pid);
    expect(self && (await isRunning(self))).toBe(true);
    expect(await isRunning({ pid: process.pid, started: 'before' })).toBe(false);
    await endProcess({ pid: process.pid, started: 'before' }, { graceSeconds: 1 });
  });

  it.each(['kernelTie', 'watcherTie'] as const)('dies with a killed parent (%s)', async (tie) => {
    if (tie === 'kernelTie' && (await tieToParent()) !== kernelTie) return; // This machine has the watcher alone.
    const { executable, logFile } = await command('exec sleep 1000');
    const parentScript = `
      import { startComponentProcess } from '${new URL('./component-process.ts', import.meta.url).href}';
      import { ${tie} as tie } from '${new URL('./tie-to-parent.ts', import.meta.url).href}';
      const command = { name: 'program', executable: '${executable}', arguments: [], logFile: '${logFile}', tie };
      console.log(JSON.stringify((await startComponentProcess(command)).identity));
      setInterval(() => undefined, 1000);`;
    const parent = spawn(
      process.execPath,
      ['--conditions=@interlink/source', '--input-type=module', '-e', parentScript],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const identity = JSON.parse(line) as ProcessIdentity;
    expect(await isRunning(identity)).toBe(true);
    parent.kill('SIGKILL');
    await pollUntil(async () => !(await isRunning(identity)), { what: 'the end of the component', timeoutSeconds: 30 });
  });
});
