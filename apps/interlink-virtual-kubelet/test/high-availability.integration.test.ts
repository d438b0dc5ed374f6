import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { startControlPlane, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCountingApi, type CountingApi } from './counting-api.ts';
import { startReplica, type Replica } from './replicas.ts';

const minutes = 60_000;
const nodeName = 'shared';
const podsPath = '/api/v1/namespaces/default/pods';

let directory: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let api: CountingApi;
let replicas: readonly Replica[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-ha-'));
  controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  client = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger: silentLogger });
  api = await startCountingApi();
  const world = { directory, controlPlane, apiUrl: api.url, nodeName };
  replicas = await Promise.all(['north', 'south'].map((name) => startReplica(world, name)));
  await eventually(async () => (await leaders()).length === 1);
  const serviceAccount = '/api/v1/namespaces/default/serviceaccounts/default';
  await eventually(() => client.request({ method: 'GET', path: serviceAccount }).catch(() => undefined));
}, 12 * minutes);

afterAll(async () => {
  for (const { process } of replicas) {
    process.kill('SIGCONT');
    await process[Symbol.asyncDispose]();
  }
  await api[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 2 * minutes);

async function eventually<T>(look: () => Promise<T>, deadlineSeconds = 90): Promise<NonNullable<T>> {
  const end = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not so after ${deadlineSeconds} s: ${String(look)}`);
    await delay(50);
  }
}

async function leaders(): Promise<readonly Replica[]> {
  const answers = await Promise.all(replicas.map(async (replica) => ((await replica.leads()) ? [replica] : [])));
  return answers.flat();
}

/** The one that leads and the other. */
async function roles(): Promise<readonly [Replica, Replica]> {
  const [leader] = await eventually(async () => ((await leaders()).length === 1 ? await leaders() : undefined));
  const standby = replicas.find((replica) => replica !== leader);
  if (leader === undefined || standby === undefined) throw new Error('no leader');
  return [leader, standby];
}

async function createPods(prefix: string, count: number): Promise<void> {
  const spec = { nodeName, containers: [{ name: 'main', image: 'busybox' }], terminationGracePeriodSeconds: 1 };
  for (let index = 0; index < count; index += 1)
    await client.request({ method: 'POST', path: podsPath, body: { metadata: { name: `${prefix}-${index}` }, spec } });
}

async function deletePods(names: readonly string[]): Promise<void> {
  for (const name of names) await client.request({ method: 'DELETE', path: `${podsPath}/${name}` });
}

async function pods(): Promise<readonly Pod[]> {
  return (await client.request<{ items: Pod[] }>({ method: 'GET', path: podsPath })).items;
}

/** Every pod that is wanted runs, and nothing else is there. */
async function atRest(wanted: number): Promise<readonly Pod[]> {
  return await eventually(async () => {
    const found = await pods();
    const running = found.filter(({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp);
    return found.length === wanted && running.length === wanted ? found : undefined;
  });
}

function expectOneJobEach(found: readonly Pod[]): void {
  const creates = api.writes.filter(({ operation }) => operation === 'create').map(({ uid }) => uid);
  expect(creates.length).toBe(new Set(creates).size);
  expect(api.jobs().toSorted()).toEqual(found.map(({ metadata }) => metadata?.uid).toSorted());
}

describe('two replicas', () => {
  it('answer who leads, and the standby is ready too', async () => {
    const [leader, standby] = await roles();
    // It leads before its node is there.
    await eventually(async () => (await leader.read('/readyz')).includes(`[+] node ${nodeName}: started`));
    expect(await standby.read('/readyz')).toMatch(/standing by, \S+ leads\nok/);
    expect(await leader.read('/metrics')).toMatch(/^interlink_leader 1$/m);
    expect(await standby.read('/metrics')).toMatch(/^interlink_leader 0$/m);
  });

  it(
    'lose and double no pod when the leader is killed at any instant',
    async () => {
      const takeOvers: number[] = [];
      const rounds = 5;
      const perRound = 30;
      const kept = 15;
      for (let round = 0; round < rounds; round += 1) {
        const [leader, standby] = await roles();
        const work = createPods(`kill-${round}`, perRound).then(() =>
          deletePods(Array.from({ length: perRound - kept }, (_, index) => `kill-${round}-${index}`)),
        );
        await delay(Math.random() * 1500);
        leader.process.kill('SIGKILL');
        const killedAt = Date.now();
        await eventually(() => standby.leads());
        takeOvers.push((Date.now() - killedAt) / 1000);
        await Promise.all([work, leader.process.ended.then(() => leader.restart())]);
      }
      expectOneJobEach(await atRest(rounds * kept));
      console.log(
        `${rounds * perRound} pods, ${rounds} kills; take-over after ${takeOvers.map((time) => time.toFixed(1)).join(', ')} s`,
      );
    },
    6 * minutes,
  );

  it(
    'hand over at once when the leader is asked to stop',
    async () => {
      const before = (await pods()).length;
      const [leader, standby] = await roles();
      await createPods('stop', 20);
      leader.process.kill('SIGTERM');
      const askedAt = Date.now();
      expect((await leader.process.ended).exitCode).toBe(0);
      await eventually(() => standby.leads());
      console.log(`orderly take-over after ${((Date.now() - askedAt) / 1000).toFixed(1)} s`);
      await leader.restart();
      expectOneJobEach(await atRest(before + 20));
    },
    2 * minutes,
  );

  it(
    'send nothing after a pause that was longer than the lease',
    async () => {
      const before = (await pods()).length;
      const [leader, standby] = await roles();
      api.slowness = 3000;
      // More than is worked on at the same time: the rest waits in the queue while the process stands still.
      await createPods('pause', 150);
      leader.process.kill('SIGSTOP');
      await eventually(() => standby.leads());
      const takenAt = Date.now();
      leader.process.kill('SIGCONT');
      await eventually(async () => (await leader.read('/readyz').catch(() => '')).includes('standing by'));
      api.slowness = 50;
      const found = await atRest(before + 150);
      const late = api.writes.filter(({ from, at }) => from === leader.name && at > takenAt);
      expect(late).toEqual([]);
      expectOneJobEach(found);
      expect(api.writes.some(({ from, at }) => from === leader.name && at < takenAt)).toBe(true);
    },
    4 * minutes,
  );
});
