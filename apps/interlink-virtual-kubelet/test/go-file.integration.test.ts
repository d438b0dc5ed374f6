import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LogStruct, Node, Pod, PodCreateRequests } from '@interlink/spec';
import { startApp, startControlPlane, type AppProcess, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startGoApi, type GoApi } from './go-api.ts';

const minutes = 60_000;
const fixture = fileURLToPath(new URL('__fixtures__/InterLinkConfig.yaml', import.meta.url));
const started = '2026-07-20T10:00:05Z';
const ended = '2026-07-20T10:00:09Z';
const terminated = (exitCode: number): object => ({ terminated: { exitCode, startedAt: started, finishedAt: ended } });
const running = { running: { startedAt: started } };

let directory: string;
let controlPlane: ControlPlane;
let api: GoApi;
let kubelet: AppProcess;
const world: AsyncDisposable[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-vk-'));
  controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  world.push(controlPlane);
  api = await startGoApi();
  world.push(api);
  const text = (await readFile(fixture, 'utf8'))
    .replace(/(?<=^InterlinkPort: ).*$/m, `"${api.port}"`)
    .replaceAll('/etc/interlink', directory);
  await writeFile(join(directory, 'InterLinkConfig.yaml'), text);
  await writeFile(join(directory, 'token'), 'the-token\n', { mode: 0o600 });
  kubelet = await startKubelet();
  await eventually(async () => expect(ready(await node())).toBe('True'));
}, 12 * minutes);

afterAll(async () => {
  await kubelet[Symbol.asyncDispose]();
  for (const part of world.toReversed()) await part[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 2 * minutes);

async function startKubelet(): Promise<AppProcess> {
  const app = await startApp('interlink-virtual-kubelet', [], {
    environment: {
      NODENAME: 'go-node',
      CONFIGPATH: join(directory, 'InterLinkConfig.yaml'),
      KUBECONFIG: controlPlane.kubeconfigFile,
      KUBELET_URL: '127.0.0.1',
      KUBELET_PORT: '0',
      POD_IP: '127.0.0.1',
    },
  });
  await app.said('virtual kubelet started');
  return app;
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const all = ['--kubeconfig', controlPlane.kubeconfigFile, ...args];
  return (await promisify(execFile)(controlPlane.kubectl, all)).stdout;
}

async function apply(object: object): Promise<void> {
  const file = join(directory, 'object.json');
  await writeFile(file, JSON.stringify(object));
  await kubectl('apply', '-f', file);
}

const node = async (): Promise<Node> => JSON.parse(await kubectl('get', 'node', 'go-node', '-o', 'json')) as Node;
const pod = async (name: string): Promise<Pod> => JSON.parse(await kubectl('get', 'pod', name, '-o', 'json')) as Pod;
const podsNamed = async (name: string): Promise<string> =>
  kubectl('get', 'pod', name, '--ignore-not-found', '-o', 'name');

function ready({ status }: Node): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

function eventually(look: () => unknown): Promise<unknown> {
  return vi.waitFor(look, { timeout: minutes, interval: 250 });
}

async function waitForPhase(name: string, phase: string): Promise<Pod> {
  await eventually(async () => expect((await pod(name)).status?.phase).toBe(phase));
  return pod(name);
}

function podOf(name: string, spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      nodeSelector: { 'kubernetes.io/hostname': 'go-node' },
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'busybox', command: ['true'] }],
      ...spec,
    },
  };
}

const created = (name: string): PodCreateRequests =>
  JSON.parse(api.requests('POST /create', name)[0]?.body ?? '') as PodCreateRequests;

describe('interlink-virtual-kubelet on a file of the Go virtual kubelet, with a Go API server', () => {
  it('warns about the keys that the chart writes and nothing reads, and about no other', () => {
    const warned = [...kubelet.output().matchAll(/nothing reads the key ([\w.]+)/g)].map(([, key]) => key);
    expect(warned.toSorted()).toEqual(['ExportPodData', 'KubeletHTTP.insecure', 'Network.TunnelImage']);
    expect(kubelet.output()).not.toContain('the-token');
  });

  it('makes the node that the file describes', async () => {
    const { metadata, spec, status } = await node();
    expect(metadata?.labels).toMatchObject({
      site: 'example',
      accelerator: 'a100',
      'nvidia-gpu-type': 'a100',
      'kubernetes.io/role': 'agent',
      'kubernetes.io/hostname': 'go-node',
      'virtual-node.interlink/type': 'virtual-kubelet',
    });
    expect(spec?.providerID).toBe('external:///go-node');
    expect(spec?.taints).toEqual(
      expect.arrayContaining([
        { key: 'virtual-node.interlink/no-schedule', value: 'true', effect: 'NoSchedule' },
        { key: 'accelerator', value: 'a100', effect: 'NoSchedule' },
      ]),
    );
    expect(status?.capacity).toMatchObject({ cpu: '100', memory: '128Gi', pods: '100', 'nvidia.com/gpu': '2' });
    expect(status?.addresses).toContainEqual({ type: 'InternalIP', address: '127.0.0.1' });
    expect(metadata?.annotations?.['interlink.virtual-kubelet.io/ping-response']).toContain('OK');
  });

  it('pings with POST and nothing in it', () => {
    const [ping] = api.requests('POST /pinglink');
    expect(ping?.body).toBe('');
    expect(ping?.headers).not.toHaveProperty('content-type');
    expect(ping?.headers['content-length'] ?? '0').toBe('0');
    expect(ping?.headers['authorization']).toBe('Bearer the-token');
  });

  it('sends a create with the keys of PodCreateRequests and nothing else', async () => {
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { 'a.txt': 'hello' } });
    await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: { pw: 'secret' } });
    const container = {
      name: 'main',
      image: 'busybox',
      command: ['true'],
      env: [
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'pw' } } },
      ],
      volumeMounts: [
        { name: 'cfg', mountPath: '/cfg' },
        { name: 'sec', mountPath: '/sec' },
        { name: 'down', mountPath: '/down' },
      ],
    };
    const volumes = [
      { name: 'cfg', configMap: { name: 'settings' } },
      { name: 'sec', secret: { secretName: 'keys' } },
      { name: 'down', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    ];
    await apply(podOf('full', { containers: [container], volumes }));
    await eventually(() => expect(api.requests('POST /create', '"full"')).toHaveLength(1));

    const request = created('"full"');
    expect(Object.keys(request).toSorted()).toEqual([
      'configmaps',
      'jobscriptURL',
      'pod',
      'projectedvolumesmaps',
      'secrets',
    ]);
    expect(request.jobscriptURL).toBe('');
    expect(request.configmaps).toMatchObject([{ metadata: { name: 'settings' }, data: { 'a.txt': 'hello' } }]);
    expect(request.secrets).toMatchObject([{ metadata: { name: 'keys' }, data: { pw: 'c2VjcmV0' } }]);
    const maps = request.projectedvolumesmaps ?? [];
    expect(maps.find(({ metadata }) => metadata?.name === 'down')?.data).toEqual({ name: 'full' });
    const access = maps.find(({ metadata }) => metadata?.name?.startsWith('kube-api-access-'));
    expect(Object.keys(access?.data ?? {}).toSorted()).toEqual(['ca.crt', 'namespace', 'token']);

    const { spec } = request.pod;
    // The Go API server joins by volume, and knows a downward API volume as a projected one only.
    expect(spec?.volumes?.find(({ name }) => name === 'down')).toHaveProperty('projected');
    const environment = new Map(spec?.containers[0]?.env?.map(({ name, value }) => [name, value]));
    expect(environment.get('POD_NAME')).toBe('full');
    expect(environment.get('PASSWORD')).toBe('secret');
    expect(environment.get('KUBERNETES_SERVICE_HOST')).toBe('10.96.0.1');
    expect((await pod('full')).metadata?.annotations?.['JobID']).toBe('job-full');
  });

  it('takes a pod from Pending over Running to Succeeded', async () => {
    await apply(podOf('lives', { initContainers: [{ name: 'prep', image: 'busybox', command: ['true'] }] }));
    await eventually(() => expect(api.requests('POST /create', '"lives"')).toHaveLength(1));
    expect((await pod('lives')).status?.phase).toBe('Pending');

    api.report('lives', { init: { prep: running }, main: { main: { waiting: { reason: 'PodInitializing' } } } });
    await eventually(async () =>
      expect((await pod('lives')).status?.initContainerStatuses?.[0]?.state).toHaveProperty('running'),
    );
    expect((await pod('lives')).status?.phase).toBe('Pending');

    api.report('lives', { init: { prep: terminated(0) }, main: { main: running } });
    const alive = await waitForPhase('lives', 'Running');
    expect(alive.status?.containerStatuses?.[0]?.state?.running?.startedAt).toBe(started);

    api.report('lives', { init: { prep: terminated(0) }, main: { main: terminated(0) } });
    const { status } = await waitForPhase('lives', 'Succeeded');
    expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, finishedAt: ended });
    expect(api.requests('POST /create', '"lives"')).toHaveLength(1);
  });

  it('shows the exit code of a pod that failed', async () => {
    await apply(podOf('fails'));
    api.report('fails', { main: { main: terminated(3) } });
    const { status } = await waitForPhase('fails', 'Failed');
    expect(status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(3);
  });

  it('asks for statuses with GET and a list of pods', () => {
    const asked = api.requests('GET /status');
    expect(asked.length).toBeGreaterThan(0);
    for (const { body } of asked) {
      const pods = JSON.parse(body) as Pod[];
      expect(pods.every(({ metadata }) => metadata?.uid !== undefined)).toBe(true);
    }
  });

  it('asks for a log as the Go virtual kubelet does', async () => {
    await apply(podOf('talks'));
    api.report('talks', { main: { main: running } });
    await waitForPhase('talks', 'Running');
    expect(await kubectl('logs', 'talks', '--tail=7', '--timestamps')).toBe('first line\nsecond line\n');
    const log = JSON.parse(api.requests('GET /getLogs', '"talks"').at(-1)?.body ?? '') as LogStruct;
    const uid = (await pod('talks')).metadata?.uid;
    expect(log).toMatchObject({ Namespace: 'default', PodName: 'talks', PodUID: uid, ContainerName: 'main' });
    expect(log.Opts).toMatchObject({ Tail: 7, Timestamps: true });
  });

  it('loses and repeats nothing when it is killed and started again', async () => {
    await apply(podOf('stays'));
    api.report('stays', { main: { main: running } });
    await waitForPhase('stays', 'Running');
    await kubelet[Symbol.asyncDispose]();
    api.report('stays', { main: { main: terminated(0) } });
    kubelet = await startKubelet();
    await waitForPhase('stays', 'Succeeded');
    expect(api.requests('POST /create', '"stays"')).toHaveLength(1);
  });

  it('deletes with the bare pod, takes any 2xx for the confirmation, and then lets the Pod go', async () => {
    await apply(podOf('goes', { terminationGracePeriodSeconds: 5 }));
    api.report('goes', { main: { main: running } });
    const { metadata } = await waitForPhase('goes', 'Running');
    await kubectl('delete', 'pod', 'goes', '--wait=false');
    await eventually(async () => expect(await podsNamed('goes')).toBe(''));
    const [deletion, ...more] = api.requests('DELETE /delete', '"goes"');
    expect(more).toEqual([]);
    const body = JSON.parse(deletion?.body ?? '') as Pod;
    expect(body.metadata).toMatchObject({ name: 'goes', uid: metadata?.uid });
    expect(body.metadata?.deletionTimestamp).toBeDefined();
    expect(body.spec?.nodeName).toBe('go-node');
    expect(body.spec?.containers).toMatchObject([{ name: 'main' }]);
  });

  it('tells the plugin of a finished pod that is deleted', async () => {
    await kubectl('delete', 'pod', 'lives');
    // The API server removes such a pod by itself; what the plugin is told may be told again.
    await eventually(() => expect(api.requests('DELETE /delete', '"lives"')).not.toEqual([]));
  });

  it('sends session and token with every request', () => {
    for (const { method, path, headers } of api.seen) {
      const session = headers['interlink-http-session'];
      expect([method, path, headers['authorization']]).toEqual([method, path, 'Bearer the-token']);
      expect(session, `${method} ${path}`).toMatch(/^\S+$/);
    }
  });

  it('reads the token anew', async () => {
    await writeFile(join(directory, 'token'), 'next-token');
    await eventually(() => expect(api.seen.at(-1)?.headers['authorization']).toBe('Bearer next-token'));
  });

  it('takes over what a ping says of resources and taints', async () => {
    const resources = { cpu: '7', memory: '1Gi', pods: '3' };
    const taints = [{ key: 'hpc/maintenance', value: 'true', effect: 'NoSchedule' }];
    api.pingText = JSON.stringify({ status: 'ok', resources, taints });
    // Asks at its start, and every 30 s after that.
    await kubelet[Symbol.asyncDispose]();
    kubelet = await startKubelet();
    await eventually(async () => {
      const { spec, status } = await node();
      expect(status?.capacity).toMatchObject(resources);
      expect(spec?.taints).toContainEqual(taints[0]);
    });
  });

  it('asks nothing that a Go API server does not have', () => {
    const routes = new Set(api.seen.map(({ method, path }) => `${method} ${path}`));
    const known = ['POST /pinglink', 'POST /create', 'GET /status', 'DELETE /delete', 'GET /getLogs'];
    expect([...routes].toSorted()).toEqual(known.toSorted());
  });

  it('ends with 0 on SIGTERM and leaves node and pods', async () => {
    kubelet.kill('SIGTERM');
    expect((await kubelet.ended).exitCode).toBe(0);
    expect(ready(await node())).toBe('True');
    expect((await pod('talks')).status?.phase).toBe('Running');
  });
});
