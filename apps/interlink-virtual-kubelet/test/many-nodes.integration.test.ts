import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Node, Pod } from '@interlink/spec';
import { startApp, startControlPlane, type AppProcess, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCountingApi, type CountingApi } from './counting-api.ts';

const minutes = 60_000;
const ordinary = 50;
const podsPath = '/api/v1/namespaces/default/pods';

let directory: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let shared: CountingApi;
let own: CountingApi;
let kubelet: AppProcess;
let operations: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-many-'));
  controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  client = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger: silentLogger });
  [shared, own] = await Promise.all([startCountingApi(), startCountingApi()]);
  shared.log = 'from the shared site\n';
  own.log = 'from the own site\n';
  await writeFile(join(directory, 'token'), 'shared-token');
  const nodes = [
    ...Array.from({ length: ordinary }, (_, index) => `  - NodeName: site-${index}`),
    `  - { NodeName: own, InterlinkURL: '${own.url}', NodeLabels: ['site=own'], Resources: { CPU: 3 } }`,
    // Nobody listens there.
    "  - { NodeName: away, InterlinkURL: 'http://127.0.0.1:9' }",
    `  - { NodeName: broken, InterlinkURL: 'https://127.0.0.1:9', TLS: { Enabled: true, CACertFile: ${directory}/later.pem } }`,
  ];
  const file = [
    `InterlinkURL: ${shared.url}`,
    `VKTokenFile: ${directory}/token`,
    'DisableCSR: true',
    'Extensions:',
    "  Operations: { Address: '127.0.0.1:0' }",
    '  StatusIntervalSeconds: 1',
    '  PingIntervalSeconds: 1',
    'Nodes:',
    ...nodes,
    '',
  ].join('\n');
  await writeFile(join(directory, 'vk.yaml'), file);
  kubelet = await startApp('interlink-virtual-kubelet', ['--config', join(directory, 'vk.yaml')], {
    environment: {
      NODENAME: undefined,
      KUBECONFIG: controlPlane.kubeconfigFile,
      KUBELET_URL: '127.0.0.1',
      KUBELET_PORT: '0',
      POD_IP: '127.0.0.1',
    },
  });
  await kubelet.said('health and metrics are served');
  operations = /"url":"(http:[^"]+)"/.exec(kubelet.output())?.[1] ?? '';
}, 12 * minutes);

afterAll(async () => {
  for (const part of [kubelet, shared, own, client, controlPlane]) await part[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 2 * minutes);

const eventually = <T>(look: () => Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 2 * minutes, interval: 200 });
const nodes = async (): Promise<readonly Node[]> =>
  (await client.request<{ items: Node[] }>({ method: 'GET', path: '/api/v1/nodes' })).items;
const isReady = ({ status }: Node): boolean =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';

async function podOn(node: string): Promise<Pod> {
  const name = `on-${node}`;
  const body = { metadata: { name }, spec: { nodeName: node, containers: [{ name: 'main', image: 'busybox' }] } };
  await eventually(() => client.request({ method: 'POST', path: podsPath, body }));
  return await eventually(async () => {
    const pod = await client.request<Pod>({ method: 'GET', path: `${podsPath}/${name}` });
    expect(pod.status?.phase).toBe('Running');
    return pod;
  });
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(controlPlane.kubectl, ['--kubeconfig', controlPlane.kubeconfigFile, ...args]))
    .stdout;
}

/** The API server's own proxy refuses loopback addresses. */
async function kubeletMetrics(nodeName: string): Promise<string> {
  await kubectl(
    'create',
    'clusterrolebinding',
    'reader',
    '--clusterrole=cluster-admin',
    '--serviceaccount=default:default',
  );
  const token = (await kubectl('create', 'token', 'default')).trim();
  const port = (await nodes()).find(({ metadata }) => metadata?.name === nodeName)?.status?.daemonEndpoints
    ?.kubeletEndpoint?.Port;
  const options = { port, path: '/metrics', headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false };
  const response = await new Promise<IncomingMessage>((resolve, reject) => get(options, resolve).on('error', reject));
  return await text(response);
}

describe('one process with many nodes', () => {
  it(
    'registers all that it can, each Ready by its own API',
    async () => {
      const found = await eventually(async () => {
        const all = await nodes();
        expect(all.filter(isReady)).toHaveLength(ordinary + 1);
        expect(all.find(({ metadata }) => metadata?.name === 'away')).toBeDefined();
        return all;
      });
      expect(found.filter((node) => !isReady(node)).map(({ metadata }) => metadata?.name)).toEqual(['away']);
      const special = found.find(({ metadata }) => metadata?.name === 'own');
      expect(special?.metadata?.labels).toMatchObject({ site: 'own' });
      expect(special?.status?.capacity).toMatchObject({ cpu: '3' });
      const ports = found.map(({ status }) => status?.daemonEndpoints?.kubeletEndpoint?.Port);
      expect(new Set(ports).size).toBe(ordinary + 2);
    },
    3 * minutes,
  );

  it(
    'runs pods of all of them at the same time, and shows their logs',
    async () => {
      const names = Array.from({ length: ordinary }, (_, index) => `site-${index}`);
      const pods = await Promise.all([...names, 'own'].map(podOn));
      const uids = pods.map(({ metadata }) => metadata?.uid);
      expect(own.jobs()).toEqual([uids.at(-1)]);
      expect(shared.jobs().toSorted()).toEqual(uids.slice(0, -1).toSorted());
      expect(await kubectl('logs', 'on-site-7')).toBe('from the shared site\n');
      expect(await kubectl('logs', 'on-own')).toBe('from the own site\n');
    },
    3 * minutes,
  );

  it('shows the token of the file to the API of the file only', () => {
    expect(new Set(shared.writes.map(({ from }) => from))).toEqual(new Set(['shared-token']));
    expect(new Set(own.writes.map(({ from }) => from))).toEqual(new Set(['']));
  });

  it(
    'says which node is not started and why, and starts it when that is mended',
    async () => {
      const ready = await fetch(`${operations}/readyz`);
      const report = await ready.text();
      expect(ready.status).toBe(503);
      expect(report).toMatch(/\[-\] node broken: not started: .*later\.pem cannot be read/);
      expect(report).toContain('[+] node site-0: started');
      await writeFile(join(directory, 'later.pem'), '-----BEGIN CERTIFICATE-----\n');
      await eventually(async () => expect((await fetch(`${operations}/readyz`)).status).toBe(200));
      expect((await nodes()).some(({ metadata }) => metadata?.name === 'broken')).toBe(true);
    },
    3 * minutes,
  );

  it('tells the metrics of a node by its kubelet API, and all together to operations', async () => {
    const all = await (await fetch(`${operations}/metrics`)).text();
    expect(all.match(/^interlink_node_ready\{node="site-\d+"\} 1$/gm)).toHaveLength(ordinary);
    expect(all).toContain('interlink_node_ready{node="away"} 0');
    expect(all).toMatch(
      /^interlink_backend_requests_total\{operation="ping",code="ILK_UNAVAILABLE",node="away"\} \d+$/m,
    );
    expect(all).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    const one = await kubeletMetrics('site-1');
    expect(one).toContain('interlink_node_ready{node="site-1"} 1');
    expect(one).not.toContain('site-2');
  });

  it('has the metrics that the guide lists, and no other', async () => {
    const guide = await readFile(new URL('../../../docs/guides/operations.md', import.meta.url), 'utf8');
    const rows = [...guide.matchAll(/^\| `(interlink_\w+)` .*\| (?:virtual kubelet|both|all) +\| (.*)\|$/gm)];
    const listed = rows.filter(([, , meaning = '']) => !meaning.includes('only with leader election'));
    const all = await (await fetch(`${operations}/metrics`)).text();
    const served = [...all.matchAll(/^# TYPE (interlink_\w+) /gm)].map(([, name]) => name);
    expect(served.toSorted()).toEqual(listed.map(([, name]) => name).toSorted());
    // No pod's name: their number has no bound.
    expect(all).not.toContain('on-site');
  });

  it('ends all of them in order', async () => {
    kubelet.kill('SIGTERM');
    expect((await kubelet.ended).exitCode).toBe(0);
    expect((await nodes()).filter(isReady)).toHaveLength(ordinary + 1);
  });
});
