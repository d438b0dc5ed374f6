import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProcesses, startApp } from '@interlink/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, shellPod, type Workbench } from './workbench.ts';

const hello = fileURLToPath(new URL('../examples/hello.yaml', import.meta.url));

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('interlink run', () => {
  it('runs the example: init container, ConfigMap, Secret, two containers', async () => {
    const { exitCode, stdout, stderr } = await bench.interlink('run', hello);
    expect(exitCode, stderr).toBe(0);
    const lines = stdout.toString().trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['prepare | preparing', 'greeter | Good morning from a ConfigMap.']);
    expect(lines[2]).toMatch(/^greeter \| I am hello on \S+$/);
    expect(lines.slice(3)).toEqual(['listener | heard it; the secret has 14 bytes']);
    expect(stderr).not.toContain('not-in-the-log');
  });

  it('passes on every byte of a single container, and its exit code', async () => {
    const script = String.raw`i=0; while [ $i -lt 256 ]; do printf "\\$(printf %03o $i)"; i=$((i+1)); done; exit 7`;
    const { exitCode, stdout } = await bench.interlink('run', await bench.file('bytes.yaml', shellPod(script)));
    expect(exitCode).toBe(7);
    expect([...stdout]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
  });

  it('passes on a long log whole', async () => {
    const file = await bench.file('long.yaml', shellPod('seq 200000'));
    const { exitCode, stdout } = await bench.interlink('run', file);
    expect(exitCode).toBe(0);
    expect(stdout.toString().split('\n')).toHaveLength(200_001);
    expect(stdout.toString().endsWith('\n200000\n')).toBe(true);
  });

  it('says what has no effect on standard error alone', async () => {
    const container = { ports: [{ containerPort: 80 }] };
    const file = await bench.file('ports.yaml', shellPod('echo out', { container }));
    const { stdout, stderr } = await bench.interlink('run', file);
    expect(stdout.toString()).toBe('out\n');
    expect(stderr).toMatch(/^spec\.containers\[0\].ports has no effect: /m);
    expect(stderr).not.toContain('\u001b');
  });

  it('shows the log of every run of a container that is restarted', async () => {
    const script = 'echo run; if [ -e /data/again ]; then exit 0; fi; touch /data/again; exit 3';
    const container = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
    const spec = { restartPolicy: 'OnFailure', volumes: [{ name: 'data', emptyDir: {} }] };
    const pod = shellPod(script, { container }) as { spec: object };
    const file = await bench.file('again.yaml', { ...pod, spec: { ...pod.spec, ...spec } });
    const { exitCode, stdout } = await bench.interlink('run', file);
    expect(stdout.toString()).toBe('run\nrun\n');
    expect(exitCode).toBe(0);
  });

  it('ends when the main container does, whatever becomes of a sidecar', async () => {
    const sidecar = { name: 'side', image: 'x', restartPolicy: 'Always', command: ['sh', '-c', 'sleep 1000'] };
    const file = await bench.file('side.yaml', shellPod('exit 0', { spec: { initContainers: [sidecar] } }));
    expect((await bench.interlink('run', file)).exitCode).toBe(0);
  });

  it('ends with the exit code of an init container that failed', async () => {
    const init = { name: 'init', image: 'x', command: ['sh', '-c', 'echo no; exit 4'] };
    const file = await bench.file('init.yaml', shellPod('echo never', { spec: { initContainers: [init] } }));
    const { exitCode, stdout } = await bench.interlink('run', file);
    expect(exitCode).toBe(4);
    expect(stdout.toString()).toBe('init | no\n');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('takes the pod away on %s', async (signal) => {
    const mark = `31${process.pid}${signal.length}`;
    const script = `trap "echo bye; exit 0" TERM; echo up; sleep ${mark} & wait`;
    const file = await bench.file('long-lived.yaml', shellPod(script));
    await using run = await bench.start('run', file);
    await run.said('up\n');
    expect(await findProcesses(mark)).not.toEqual([]);
    run.kill(signal);
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr).not.toMatch(/error|at .*\.ts/i);
    expect(await findProcesses(mark)).toEqual([]);
  });

  it('takes the pod away when nobody reads its log any more', async () => {
    const file = await bench.file('endless.yaml', shellPod('while :; do echo more; sleep 0.05; done'));
    await using run = await bench.start('run', file);
    await run.said('more\n');
    run.closeStdout();
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(141);
    expect(stderr).not.toContain('EPIPE');
  });

  it('names the field of a refused pod', async () => {
    const volumes = [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }];
    const { exitCode, stdout, stderr } = await bench.interlink(
      'run',
      await bench.file('refused.yaml', shellPod('echo never', { spec: { volumes } })),
    );
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toBe('');
    expect(stderr).toMatch(/^interlink: pod\.spec\.volumes\[0\]\.persistentVolumeClaim is not supported: .*\n$/);
  });

  it('names a ConfigMap that is not in the file', async () => {
    const volumes = [{ name: 'settings', configMap: { name: 'absent' } }];
    const container = { volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }] };
    const pod = shellPod('echo never', { container }) as { spec: object };
    const file = await bench.file('absent.yaml', { ...pod, spec: { ...pod.spec, volumes } });
    const { exitCode, stderr } = await bench.interlink('run', file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('spec.volumes[0].configMap');
  });

  it.each([
    ['a file that is not there', 'nothing.yaml', 'cannot be read (ENOENT)'],
    ['a file without a pod', 'no-pod.yaml', 'exactly one Pod is expected, the file has ConfigMap'],
    ['a pod without containers', 'empty.yaml', 'pod.spec.containers is required'],
  ])('ends with 2 for %s', async (_what, name, message) => {
    await bench.file('no-pod.yaml', { kind: 'ConfigMap' });
    await bench.file('empty.yaml', { kind: 'Pod', spec: { containers: [] } });
    const path = join(bench.directory, name);
    const { exitCode, stderr } = await bench.interlink('run', path);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`interlink: ${path}: ${message}\n`);
  });
});

describe('interlink run with a plugin of its own', () => {
  const startPlugin = async (name: string) => {
    const address = `unix://${join(bench.directory, `${name}.sock`)}`;
    const work = join(bench.directory, name);
    const config = await bench.file(`${name}.yaml`, { address, workDirectory: work, runtime: 'none' });
    const plugin = await startApp('interlink-process', ['--config', config], { environment: bench.environment });
    await plugin.said('listening');
    return { plugin, address, work };
  };

  it('runs the pod there and leaves nothing of it', async () => {
    const { plugin, address, work } = await startPlugin('p1');
    await using _plugin = plugin;
    const pod = await bench.file('remote.yaml', shellPod('echo from afar; exit 9'));
    const { exitCode, stdout } = await bench.interlink('run', pod, '--plugin', address);
    expect(exitCode).toBe(9);
    expect(stdout.toString()).toBe('from afar\n');
    expect(await findProcesses(`${work}/`)).toEqual([]);
  });

  it('says once that the plugin is gone, and ends on Ctrl-C', async () => {
    const { plugin, address } = await startPlugin('p2');
    const file = await bench.file('lost.yaml', shellPod('echo up; sleep 3'));
    await using run = await bench.start('run', file, '--plugin', address);
    await run.said('up\n');
    await plugin[Symbol.asyncDispose]();
    await run.said('the log of main ends here');
    await run.said(/p2\.sock.*\n[^]*p2\.sock/);
    run.kill('SIGINT');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr.split('\n').length).toBeLessThan(8);
    expect(stderr).not.toMatch(/ at .*\.ts/);
  });

  it('names a plugin that is not there', async () => {
    const file = await bench.file('pod.yaml', shellPod('true'));
    const { exitCode, stderr } = await bench.interlink('run', file, '--plugin', 'unix:///nowhere/plugin.sock');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^interlink: .*\/nowhere\/plugin\.sock.*\n$/);
  });
});
