import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { controlPlaneStatus } from './control-plane-status.ts';
import { startControlPlane } from './start-control-plane.ts';
import { stopControlPlane } from './stop-control-plane.ts';

const run = promisify(execFile);
const timeoutMilliseconds = 300_000;

describe('a control plane that is kept', () => {
  it('outlives the process that started it, and another one stops it', { timeout: timeoutMilliseconds }, async () => {
    const parent = await temporaryDirectory();
    const directory = join(parent, 'lab');
    const script = `
      import { startControlPlane } from '${new URL('../index.ts', import.meta.url).href}';
      await using plane = await startControlPlane({ directory: '${directory}', keep: true });`;
    await run(process.execPath, ['--conditions=@interlink/source', '--input-type=module', '-e', script]);
    try {
      const status = await controlPlaneStatus(directory);
      expect(status.state).toBe('running');
      const { stdout } = await run(status.kubectl!, [
        '--kubeconfig',
        status.kubeconfigFile!,
        'get',
        'namespaces',
        '-o',
        'name',
      ]);
      expect(stdout).toContain('namespace/default');
      await expect(startControlPlane({ directory })).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
    } finally {
      expect(await stopControlPlane(directory)).toBe(true);
    }
    expect(await readdir(parent)).toEqual([]);
    expect((await controlPlaneStatus(directory)).state).toBe('absent');
    expect(await stopControlPlane(directory)).toBe(false);
  });
});

describe('a control plane that cannot start', () => {
  it('says what the component said, and leaves nothing behind', { timeout: timeoutMilliseconds }, async () => {
    const parent = await temporaryDirectory();
    const extraArguments = { 'kube-apiserver': ['--no-such-flag'] };
    await expect(startControlPlane({ directory: join(parent, 'plane'), extraArguments })).rejects.toMatchObject({
      code: 'ILK_BACKEND',
      message: expect.stringMatching(/^kube-apiserver ended \(exit code 1\): .*no-such-flag/) as string,
    });
    expect(await readdir(parent)).toEqual([]);
  });

  it('refuses a directory that holds something else', async () => {
    const directory = await temporaryDirectory();
    await promisify(execFile)('touch', [join(directory, 'thesis.tex')]);
    await expect(startControlPlane({ directory })).rejects.toMatchObject({ code: 'ILK_INVALID_INPUT' });
    expect(await readdir(directory)).toEqual(['thesis.tex']);
  });
});
