import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProcesses } from './find-processes.ts';
import { runApp, startApp } from './start-app.ts';

describe('an app as a process', () => {
  it('runs until it is disposed of, and is found by its command line meanwhile', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'il-app-'));
    const environment = { XDG_STATE_HOME: directory };
    {
      await using app = await startApp('interlink-process', ['--address', `unix://${directory}/s`], { environment });
      await app.said('listening');
      expect(await findProcesses(directory)).toHaveLength(1);
    }
    expect(await findProcesses(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('ends with its exit code and both outputs', async () => {
    const { exitCode, stdout, stderr } = await runApp('interlink-process', ['--nonsense']);
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toBe('');
    expect(stderr).toContain('--nonsense');
  });

  it('rejects with the output when it ends without the awaited text', async () => {
    await using app = await startApp('interlink-process', ['--version']);
    await expect(app.said('good morning')).rejects.toThrow(/was not said.*\d+\.\d+\.\d+/s);
  });
});
