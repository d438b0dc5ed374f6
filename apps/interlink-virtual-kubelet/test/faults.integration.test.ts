import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Node, Pod } from '@interlink/spec';
import {
  startApp,
  startControlPlane,
  startFaultyProxy,
  type AppProcess,
  type ControlPlane,
  type Fault,
  type FaultyProxy,
} from '@interlink/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCountingApi, type CountingApi } from './counting-api.ts';

const nodeName = 'faulty';
const podsPath = '/api/v1/namespaces/default/pods';
const podsOfARound = 12;
const remoteStateKnown = 'interlink.eu/RemoteStateKnown';
const minutes = 60_000;
/** Long enough that the node and its pods notice: the process under test pings and asks every second. `OUTAGE_SECONDS=600` for other runs. */
const outageMilliseconds = Number(process.env['OUTAGE_SECONDS'] ?? 6) * 1000;
/** How long half of all calls fail. Without an end a pod in ten would meet so many failures in a row that its next try is a minute away. */
const stormMilliseconds = 10_000;

let directory: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let api: CountingApi;
/** Between the virtual kubelet and the cluster. */
let cluster: FaultyProxy;
/** Between the virtual kubelet and the backend. */
let backend: FaultyProxy;
let app: AppProcess;
let rounds = 0;
const world = new AsyncDisposableStack();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-faults-'));
  world.defer(() => rm(directory, { recursive: true, force: true }));
  controlPlane = world.use(await startControlPlane({ directory: join(directory, 'control-plane') }));
  const { kubeconfigFile, certificates, server } = controlPlane;
  client = world.use(await createKubeClient({ kubeconfigFile, logger: silentLogger }));
  api = world.use(await startCountingApi());
  const authorityFile = certificates.clusterAuthority.certificateFile;
  cluster = world.use(await startFaultyProxy({ target: server, client: certificates.admin, authorityFile }));
  backend = world.use(await startFaultyProxy({ target: api.url }));
  app = await startKubelet();
  await eventually(() => nodeIs('True'));
}, 15 * minutes);

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await world.disposeAsync();
}, 2 * minutes);

afterEach(() => {
  cluster.fault = () => undefined;
  backend.fault = () => undefined;
  expect(app.output()).not.toMatch(/unhandled|UnhandledPromise|uncaught/i);
});

async function startKubelet(): Promise<AppProcess> {
  const kubeconfigFile = join(directory, 'proxied.kubeconfig');
  const configFile = join(directory, 'kubelet.yaml');
  const kubeconfig = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: cluster.url } }],
    users: [{ name: 'u', user: {} }],
  };
  await writeFile(kubeconfigFile, JSON.stringify(kubeconfig), { mode: 0o600 });
  const quick = { StatusIntervalSeconds: 1, PingIntervalSeconds: 1, UnknownAfterSeconds: 2 };
  await writeFile(configFile, JSON.stringify({ InterlinkURL: backend.url, DisableCSR: true, Extensions: quick }));
  return await startApp('interlink-virtual-kubelet', ['--config', configFile], {
    environment: {
      NODENAME: nodeName,
      KUBECONFIG: kubeconfigFile,
      KUBELET_URL: '127.0.0.1',
      KUBELET_PORT: '0',
      POD_IP: '127.0.0.1',
    },
  });
}

async function eventually(holds: () => Promise<boolean>, deadlineSeconds = 90): Promise<void> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so after ${deadlineSeconds} s: ${holds.toString()}`);
    await delay(200);
  }
}

async function nodeIs(ready: 'True' | 'False'): Promise<boolean> {
  const node = await client.request<Node>({ method: 'GET', path: `/api/v1/nodes/${nodeName}` }).catch(() => undefined);
  return node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === ready;
}

async function createPods(): Promise<readonly string[]> {
  rounds += 1;
  const spec = { nodeName, containers: [{ name: 'main', image: 'busybox' }], terminationGracePeriodSeconds: 1 };
  const names = Array.from({ length: podsOfARound }, (_, index) => `round-${rounds}-${index}`);
  for (const name of names)
    await client.request({ method: 'POST', path: podsPath, body: { metadata: { name }, spec } });
  return names;
}

async function pods(): Promise<readonly Pod[]> {
  return (await client.request<{ items: Pod[] }>({ method: 'GET', path: podsPath })).items;
}

/** Whether all these pods have the condition that the state of their job is known, with this status. */
async function stateIsKnown(names: readonly string[], known: 'True' | 'False'): Promise<boolean> {
  const found = (await pods()).filter(({ metadata }) => names.includes(metadata?.name ?? ''));
  const conditions = found.map(({ status }) => status?.conditions?.find(({ type }) => type === remoteStateKnown));
  return found.length === names.length && conditions.every((condition) => condition?.status === known);
}

/** Every pod runs, and has a job, and one only. */
async function expectAllRunOnce(): Promise<void> {
  await eventually(async () => (await pods()).every(({ status }) => status?.phase === 'Running'));
  const uids = (await pods()).map(({ metadata }) => metadata?.uid).toSorted();
  expect(api.jobs().toSorted()).toEqual(uids);
}

/** Every pod goes, and no job stays. */
async function expectAllEnd(names: readonly string[]): Promise<void> {
  for (const name of names) await client.request({ method: 'DELETE', path: `${podsPath}/${name}` });
  await eventually(async () => (await pods()).length === 0);
  expect(api.jobs()).toEqual([]);
}

const isWatch = (path: string): boolean => path.includes('watch=true');
const share = (probability: number, fault: Fault): Fault | undefined =>
  Math.random() < probability ? fault : undefined;
const kubeStatus = (code: number, reason: string): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `told ${code}` });
const tooMany: Fault = {
  kind: 'answer',
  status: 429,
  headers: { 'retry-after': '1', 'content-type': 'application/json' },
  body: kubeStatus(429, 'TooManyRequests'),
};

describe('the cluster', () => {
  it.each<[string, () => Promise<void> | void]>([
    ['is restarted', () => controlPlane.restart('kube-apiserver')],
    ['is killed', () => controlPlane.restart('kube-apiserver', { graceSeconds: 0 })],
    ['cuts its watches', () => cluster.cut()],
    [
      'answers a quarter of all requests with 429',
      () => void (cluster.fault = ({ path }) => (isWatch(path) ? undefined : share(0.25, tooMany))),
    ],
    [
      'loses every fifth answer of a write',
      () => void (cluster.fault = ({ method }) => (method === 'GET' ? undefined : share(0.2, { kind: 'lost-answer' }))),
    ],
    [
      'has forgotten where a watch was',
      () => {
        const body = `${JSON.stringify({ type: 'ERROR', object: JSON.parse(kubeStatus(410, 'Expired')) as unknown })}\n`;
        cluster.fault = ({ path }) => (isWatch(path) ? share(0.5, { kind: 'answer', status: 200, body }) : undefined);
        cluster.cut();
      },
    ],
    [
      'takes the credentials for expired for a while',
      async () => {
        const body = kubeStatus(401, 'Unauthorized');
        cluster.fault = () => ({ kind: 'answer', status: 401, body });
        cluster.cut();
        await delay(outageMilliseconds);
        cluster.fault = () => undefined;
      },
    ],
  ])(
    '%s, and every pod runs once and ends',
    async (_, strike) => {
      const first = await createPods();
      await strike();
      const second = await createPods();
      await expectAllRunOnce();
      await expectAllEnd([...first, ...second]);
    },
    4 * minutes + outageMilliseconds,
  );
});

const broken: readonly (readonly [string, Fault])[] = [
  ['answers 500', { kind: 'answer', status: 500, body: 'panic: runtime error' }],
  ['answers garbage', { kind: 'answer', status: 200, body: '<html>\u0000{"UID":' }],
  ['answers half', { kind: 'half' }],
  ['loses its answers', { kind: 'lost-answer' }],
  ['refuses connections', { kind: 'refused' }],
  ['refuses the token', { kind: 'answer', status: 401, body: 'token expired' }],
  ['is slow', { kind: 'slow', milliseconds: 1500 }],
];

describe('the backend', () => {
  it.each(broken)(
    '%s half of the time for a while: every pod runs once and ends',
    async (_, fault) => {
      // A foreign backend's 2xx to a delete is its word: nobody can tell that it came from somebody else.
      const isWord = (method: string): boolean => method === 'DELETE' && fault.kind === 'answer' && fault.status < 300;
      const storm = (): void => {
        const end = Date.now() + stormMilliseconds;
        backend.fault = ({ method }) => (Date.now() > end || isWord(method) ? undefined : share(0.5, fault));
      };
      storm();
      const names = await createPods();
      await expectAllRunOnce();
      storm();
      await expectAllEnd(names);
    },
    4 * minutes,
  );

  it.each(broken.filter(([, { kind }]) => kind !== 'slow'))(
    '%s for long: running pods keep their state, new ones wait, and all is well when it is back',
    async (_, fault) => {
      const running = await createPods();
      await expectAllRunOnce();
      backend.fault = () => fault;
      const begunAt = Date.now();
      const waiting = await createPods();
      await eventually(() => stateIsKnown(running, 'False'));
      await delay(outageMilliseconds - (Date.now() - begunAt));
      const found = await pods();
      const phaseOf = (name: string) => found.find(({ metadata }) => metadata?.name === name)?.status?.phase;
      expect(running.map(phaseOf)).toEqual(running.map(() => 'Running'));
      expect(waiting.map(phaseOf)).not.toContain('Failed');
      expect(await stateIsKnown(running, 'False')).toBe(true);
      backend.fault = () => undefined;
      await eventually(() => stateIsKnown(running, 'True'));
      await expectAllRunOnce();
      await expectAllEnd([...running, ...waiting]);
      await eventually(() => nodeIs('True'));
    },
    4 * minutes + outageMilliseconds,
  );
});
