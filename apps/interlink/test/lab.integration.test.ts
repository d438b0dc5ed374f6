import { execFile } from 'node:child_process';
import { access, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureControlPlaneBinaries, findProcesses, startApp, type AppEnd } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, shellPod, type Workbench } from './workbench.ts';

const minutes = 60_000;

let bench: Workbench;
let up: AppEnd;
beforeAll(async () => {
  await ensureControlPlaneBinaries();
  bench = await openWorkbench();
  up = await bench.interlink('lab', 'up');
}, 12 * minutes);
afterAll(async () => {
  await bench.interlink('lab', 'down');
  await bench[Symbol.asyncDispose]();
}, 2 * minutes);

const word = (name: string): string => new RegExp(`${name} +(\\S+)`).exec(up.stdout.toString())?.[1] ?? '';
const kubeconfig = (): string => word('export').replace('KUBECONFIG=', '');

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(word('kubectl'), ['--kubeconfig', kubeconfig(), ...args])).stdout;
}

/** The verdicts of `interlink doctor`, by hop. */
function verdicts({ stdout }: AppEnd): Record<string, string> {
  const lines = [...stdout.toString().matchAll(/^(ok|BROKEN|-) +(\S.*?) {2,}/gm)];
  return Object.fromEntries(lines.map(([, verdict = '', hop = '']) => [hop, verdict]));
}

describe('interlink lab', () => {
  it('starts, and says how to reach it', async () => {
    expect(up.exitCode, up.stdout.toString() + up.stderr).toBe(0);
    expect(await kubectl('get', 'node', word('node'), '-o', 'name')).toBe(`node/${word('node')}\n`);
    const { mode } = await stat(kubeconfig());
    expect(mode & 0o077).toBe(0);
  });

  it('says that it runs, to lab status and to a second lab up', async () => {
    const status = await bench.interlink('lab', 'status');
    expect(status.exitCode).toBe(0);
    expect(status.stdout.toString()).toMatch(/^ +kube-apiserver +running$/m);
    const again = await bench.interlink('lab', 'up');
    expect(again.exitCode).toBe(0);
    expect(again.stdout.toString()).toContain(kubeconfig());
    expect(await findProcesses(`lab serve ${join(bench.directory, 's')}`)).toHaveLength(1);
  });

  it('runs a pod, with its log', async () => {
    const file = await bench.file('pod.yaml', shellPod('echo from the lab', { spec: { restartPolicy: 'Never' } }));
    await kubectl('apply', '-f', file);
    await kubectl('wait', 'pod/one', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
    expect(await kubectl('logs', 'one')).toBe('from the lab\n');
  });
});

describe('interlink doctor', () => {
  it('finds the lab well', async () => {
    const end = await bench.interlink('doctor', '--kubeconfig', kubeconfig());
    expect(end.exitCode, end.stdout.toString()).toBe(0);
    expect(verdicts(end)).toMatchObject({ cluster: 'ok', 'virtual kubelet': 'ok', 'hop to the API': 'ok' });
    expect(end.stdout.toString()).toMatch(/^no broken hop found$/m);
  });

  it('names a plugin that is not there', async () => {
    const end = await bench.interlink('doctor', '--plugin', 'unix:///nowhere/plugin.sock');
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toBe('');
    expect(verdicts(end)).toMatchObject({ cluster: '-', plugin: 'BROKEN' });
    expect(end.stdout.toString()).toMatch(/^the first broken hop is: plugin$/m);
    expect(end.stdout.toString()).toContain('/nowhere/plugin.sock');
  });

  it('finds plugin and scheduler well where the plugin runs, and names an API server that is not there', async () => {
    const address = `unix://${join(bench.directory, 'plugin.sock')}`;
    await using plugin = await startApp('interlink-process', ['--address', address], {
      environment: bench.environment,
    });
    await plugin.said('listening');
    const well = await bench.interlink('doctor', '--plugin', address);
    expect(well.exitCode, well.stdout.toString()).toBe(0);
    expect(verdicts(well)).toMatchObject({ plugin: 'ok', scheduler: 'ok' });

    const broken = await bench.interlink('doctor', '--plugin', address, '--api', 'http://127.0.0.1:9');
    expect(broken.exitCode).toBe(1);
    expect(verdicts(broken)).toMatchObject({ 'API server': 'BROKEN', plugin: 'ok' });
    expect(broken.stdout.toString()).toMatch(/^the first broken hop is: API server$/m);
  });

  it('names a node that is not there as the virtual kubelet’s', async () => {
    const end = await bench.interlink('doctor', '--kubeconfig', kubeconfig(), '--node', 'nobody');
    expect(end.exitCode).toBe(1);
    expect(end.stdout.toString()).toMatch(/^the first broken hop is: virtual kubelet$/m);
  });

  it('names a cluster that is not there', async () => {
    const dead = join(bench.directory, 'dead.kubeconfig');
    await writeFile(dead, (await readFile(kubeconfig(), 'utf8')).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:9'));
    const end = await bench.interlink('doctor', '--kubeconfig', dead);
    expect(end.exitCode).toBe(1);
    expect(end.stdout.toString()).toMatch(/^the first broken hop is: cluster$/m);
  });

  it('ends with 2 for a kubeconfig that is not there', async () => {
    const end = await bench.interlink('doctor', '--kubeconfig', '/nowhere');
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toMatch(/^interlink: .*\/nowhere.*\n$/);
  });
});

describe('interlink lab down', () => {
  it(
    'takes a lab with a running pod away',
    async () => {
      const mark = `sleep 42${process.pid}`;
      const pod = shellPod(mark, { spec: { restartPolicy: 'Never' } }) as { metadata: object };
      await kubectl('apply', '-f', await bench.file('long.yaml', { ...pod, metadata: { name: 'long' } }));
      await kubectl('wait', 'pod/long', '--for=jsonpath={.status.phase}=Running', '--timeout=60s');
      const { exitCode, stdout } = await bench.interlink('lab', 'down');
      expect(exitCode).toBe(0);
      expect(stdout.toString()).toContain('the lab has ended');
      expect(await findProcesses(join(bench.directory, 's'))).toEqual([]);
      expect(await findProcesses(mark)).toEqual([]);
      await expect(access(join(bench.directory, 's/interlink/lab'))).rejects.toThrow('ENOENT');
    },
    2 * minutes,
  );

  it('says so where there is none', async () => {
    expect((await bench.interlink('lab', 'status')).exitCode).toBe(1);
    const { exitCode, stdout } = await bench.interlink('lab', 'down');
    expect([exitCode, stdout.toString()]).toEqual([0, 'there is no lab\n']);
  });
});
