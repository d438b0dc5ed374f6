import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import type { Node, Pod } from '@interlink/spec';
import { startApp, startControlPlane, type AppProcess, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const minutes = 60_000;
const hour = 3_600_000;
const day = 24 * hour;
const nodeName = 'jumpy';
const podsPath = '/api/v1/namespaces/default/pods';
/** The cluster takes a node for dead whose lease was not renewed for 40 s, and looks every 5 s. */
const untilNodeIsDeadMilliseconds = 50_000;
const afterJumpMilliseconds = 8000;

let directory: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let plugin: string;
let operations: string;
const processes: AppProcess[] = [];
const world = new AsyncDisposableStack();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-jump-'));
  world.defer(() => rm(directory, { recursive: true, force: true }));
  controlPlane = world.use(await startControlPlane({ directory: join(directory, 'control-plane') }));
  client = world.use(await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger: silentLogger }));
  plugin = `unix://${directory}/plugin.sock`;
  await setClock(0);
  await startChain();
  await eventually(async () => (await readiness()) === 'True');
}, 15 * minutes);

afterAll(async () => {
  for (const app of processes) await app[Symbol.asyncDispose]();
  await world.disposeAsync();
}, 2 * minutes);

/** Sets the clocks of all processes of interLink, by milliseconds from the true time. */
async function setClock(milliseconds: number): Promise<void> {
  // Never empty or 0, which a reader in the middle of a write takes for no news.
  await writeFile(join(directory, 'clock'), String(milliseconds || 1));
  // Until all have looked.
  await delay(500);
}

async function startChain(): Promise<void> {
  const api = `unix://${directory}/api.sock`;
  await start(
    'interlink-process',
    { address: plugin, workDirectory: `${directory}/pods`, runtime: 'none' },
    'listening',
  );
  await start('interlink-api', { SidecarURL: plugin, InterlinkAddress: api }, 'api server started');
  const Extensions = { Operations: { Address: '127.0.0.1:0' }, StatusIntervalSeconds: 1, PingIntervalSeconds: 1 };
  const kubelet = await start(
    'interlink-virtual-kubelet',
    { InterlinkURL: api, DisableCSR: true, Extensions },
    'virtual kubelet started',
  );
  operations = /"url":"(http:[^"]+)"/.exec(kubelet.output())?.[1] ?? '';
}

async function start(app: string, config: object, said: string): Promise<AppProcess> {
  const file = join(directory, `${app}.yaml`);
  await writeFile(file, JSON.stringify(config));
  const started = await startApp(app, ['--config', file], {
    environment: {
      NODE_OPTIONS: `--import=${new URL('settable-clock.mjs', import.meta.url).href}`,
      TEST_CLOCK_FILE: join(directory, 'clock'),
      NODENAME: nodeName,
      KUBECONFIG: controlPlane.kubeconfigFile,
      KUBELET_URL: '127.0.0.1',
      KUBELET_PORT: '0',
      POD_IP: '127.0.0.1',
    },
  });
  processes.unshift(started);
  await started.said(said);
  return started;
}

async function eventually(holds: () => Promise<boolean>, deadlineSeconds = 90): Promise<void> {
  const deadline = performance.now() + deadlineSeconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      const found = (await pods()).map(({ metadata, status }) => JSON.stringify([metadata?.name, status]));
      throw new Error(`not so after ${deadlineSeconds} s: ${holds.toString()}\n${found.join('\n')}`);
    }
    await delay(200);
  }
}

async function node(): Promise<Node | undefined> {
  return await client.request<Node>({ method: 'GET', path: `/api/v1/nodes/${nodeName}` }).catch(() => undefined);
}

async function readiness(): Promise<string | undefined> {
  return (await node())?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

/** One with a deadline of a day, for which a jump by days must not count. */
async function createPod(name: string): Promise<void> {
  const spec = {
    nodeName,
    activeDeadlineSeconds: day / 1000,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'none', command: ['sleep', '3600'] }],
  };
  await client.request({ method: 'POST', path: podsPath, body: { metadata: { name }, spec } });
}

async function deletePod(name: string): Promise<void> {
  await client.request({ method: 'DELETE', path: `${podsPath}/${name}` });
}

async function pods(): Promise<readonly Pod[]> {
  return (await client.request<{ items: Pod[] }>({ method: 'GET', path: podsPath })).items;
}

/** Name, UID, phase and restarts of every pod. */
async function summary(): Promise<readonly string[]> {
  return (await pods()).map(({ metadata, status }) =>
    [
      metadata?.name,
      metadata?.uid,
      status?.phase,
      status?.containerStatuses?.map(({ restartCount }) => restartCount),
    ].join(' '),
  );
}

async function allRun(): Promise<boolean> {
  return (await pods()).every(({ status }) => status?.phase === 'Running');
}

/** UIDs of the pods that the plugin holds and that were not deleted. */
async function jobs(): Promise<readonly string[]> {
  await using remote = createRemotePlugin({ url: plugin, logger: silentLogger });
  const held = (await remote.list?.()) ?? [];
  return held.map(({ uid }) => uid).toSorted();
}

/** Requests to the cluster and to the backend so far. */
async function requests(): Promise<number> {
  const text = await (await fetch(`${operations}/metrics`)).text();
  const series = text.matchAll(/^interlink_(?:kubernetes|backend)_requests_total\{.*\} (\d+)$/gm);
  return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
}

describe.each([
  ['forward by three days and back again', [3 * day, 0]],
  ['back by two days and forward again', [-2 * day, 0]],
  ['by an hour, to and fro', [hour, -hour, hour, 0]],
] as const)('a clock that is set %s', (_, steps) => {
  it(
    'loses no pod, kills no node and makes no storm',
    async () => {
      for (const name of ['one', 'two', 'three']) await createPod(name);
      await eventually(allRun);
      const before = await summary();
      for (const [index, step] of steps.entries()) {
        const quiet = await requests();
        await setClock(step);
        await delay(afterJumpMilliseconds);
        expect(await summary()).toEqual(before);
        // About four a second of pings, questions for the status and looks at the node.
        expect((await requests()) - quiet).toBeLessThan(150);
        await createPod(`late-${index}`);
        await eventually(allRun);
        await deletePod(`late-${index}`);
        await eventually(async () => (await pods()).length === before.length, 30);
      }
      await delay(untilNodeIsDeadMilliseconds);
      expect(await readiness()).toBe('True');
      expect((await node())?.spec?.taints?.map(({ key }) => key)).toEqual(['virtual-node.interlink/no-schedule']);
      expect(await summary()).toEqual(before);
      expect((await jobs()).filter((uid) => before.some((line) => line.includes(uid)))).toHaveLength(before.length);
      for (const name of ['one', 'two', 'three']) await deletePod(name);
      await eventually(async () => (await pods()).length === 0, 30);
      const lines = processes.flatMap((app) => app.output().split('\n'));
      expect(lines.filter((line) => /unhandled|uncaught|job lost|abandoned/i.test(line))).toEqual([]);
    },
    5 * minutes,
  );
});
