import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChain, startControlPlane, type Chain, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const minutes = 60_000;

describe('what kubectl changes in a pod that runs', () => {
  let directory: string;
  let controlPlane: ControlPlane;
  let chain: Chain;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'il-updates-'));
    controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
    const changes = { 'virtual-kubelet': { config: { Extensions: { VolumeRefreshSeconds: 1 } } } };
    const { kubeconfigFile } = controlPlane;
    chain = await startChain({ directory: join(directory, 'chain'), nodeName: 'hpc', kubeconfigFile, changes });
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { level: 'low' } };
    await kubectl(['apply', '-f', '-'], JSON.stringify(map));
    const script = 'trap "exit 0" TERM; while :; do sleep 0.1; done';
    const mounts = ['settings', 'about'].map((name) => ({ name, mountPath: `/interlink-test/${name}` }));
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'server', labels: { colour: 'blue' } },
      spec: {
        nodeName: 'hpc',
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', script], volumeMounts: mounts }],
        volumes: [
          { name: 'settings', configMap: { name: 'settings' } },
          { name: 'about', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        ],
      },
    };
    await kubectl(['apply', '-f', '-'], JSON.stringify(pod));
    await kubectl(['wait', '--for=condition=Ready', '--timeout=120s', 'pod/server']);
  }, 15 * minutes);

  afterAll(async () => {
    await kubectl(['delete', 'pod', '--all', '--wait=false']);
    await kubectl(['wait', '--for=delete', '--timeout=60s', 'pod', '--all']);
    await chain[Symbol.asyncDispose]();
    await controlPlane[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }, 2 * minutes);

  async function kubectl(args: readonly string[], input = ''): Promise<string> {
    const child = spawn(controlPlane.kubectl, ['--kubeconfig', controlPlane.kubeconfigFile, ...args]);
    child.stdin.end(input);
    const { exitCode, output } = await outcomeOf(child);
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${output}`);
    return output;
  }

  /** kubectl on a terminal of 33 rows and 77 columns. Types a line again until its answer is seen, then the last one. */
  async function typeInto(command: string, lines: { line: string; answer: RegExp; last: string }): Promise<string> {
    const kubectlCommand = `'${controlPlane.kubectl}' --kubeconfig '${controlPlane.kubeconfigFile}' ${command}`;
    const child = spawn('script', ['-qec', `stty rows 33 cols 77; ${kubectlCommand}`, '/dev/null']);
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const ended = outcomeOf(child);
    const typing = setInterval(() => child.stdin.write(`${lines.line}\r`), 500);
    try {
      await expect.poll(() => seen, { timeout: minutes }).toMatch(lines.answer);
    } finally {
      clearInterval(typing);
    }
    child.stdin.write(`${lines.last}\r`);
    await ended;
    return seen;
  }

  const field = (path: string): Promise<string> => kubectl(['get', 'pod', 'server', '-o', `jsonpath={${path}}`]);
  const reached = (ask: () => Promise<string>, wanted: string) => expect.poll(ask, { timeout: minutes }).toBe(wanted);
  const inServer = (...command: string[]) => kubectl(['exec', 'server', '--', ...command]);

  it('a ConfigMap reaches the files that are made of it', async () => {
    expect(await inServer('cat', '/interlink-test/settings/level')).toBe('low');
    const change = { data: { level: 'high', more: 'yes' } };
    await kubectl(['patch', 'configmap', 'settings', '-p', JSON.stringify(change)]);
    await reached(() => inServer('cat', '/interlink-test/settings/level'), 'high');
    expect(await inServer('ls', '/interlink-test/settings')).toBe('level\nmore\n');
  });

  it('a label reaches the files of the downward API', async () => {
    await kubectl(['label', 'pod', 'server', '--overwrite', 'colour=red']);
    await reached(() => inServer('cat', '/interlink-test/about/labels'), 'colour="red"');
  });

  it('`kubectl debug` runs a container beside the others', async () => {
    const script = 'echo looking around; exit 3';
    await kubectl(['debug', 'server', '--image=busybox', '-c', 'looker', '--', 'sh', '-c', script]);
    const looker = '.status.ephemeralContainerStatuses[?(@.name=="looker")]';
    await reached(() => field(`${looker}.state.terminated.exitCode`), '3');
    expect(await kubectl(['logs', 'server', '-c', 'looker'])).toBe('looking around\n');
    expect(await field('.status.phase')).toBe('Running');
    expect(await field('.status.containerStatuses[0].ready')).toBe('true');
  });

  it('`kubectl debug -it` is a shell on a terminal', async () => {
    const lines = { line: 'stty size', answer: /33 77\r\n/, last: 'exit 4' };
    const seen = await typeInto('debug -it server --image=busybox -c shell -- sh', lines);
    expect(seen).toContain('stty size\r\n');
    const shell = '.status.ephemeralContainerStatuses[?(@.name=="shell")]';
    await reached(() => field(`${shell}.state.terminated.exitCode`), '4');
  });

  it('`kubectl run -it --rm` is a shell on a terminal, and leaves nothing', async () => {
    const overrides = JSON.stringify({ spec: { nodeName: 'hpc', tolerations: [{ operator: 'Exists' }] } });
    const run = `run once -it --rm --restart=Never --image=busybox --overrides='${overrides}' --command -- sh`;
    const seen = await typeInto(run, { line: 'stty size', answer: /33 77\r\n/, last: 'exit' });
    expect(seen).toContain('pod "once" deleted');
    expect(await kubectl(['get', 'pods', '-o', 'name'])).toBe('pod/server\n');
  });
});

async function outcomeOf(child: ChildProcess): Promise<{ readonly exitCode: number; readonly output: string }> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, output: Buffer.concat(chunks).toString() };
}
