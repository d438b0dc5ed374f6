/**
 * Waves of pods that come and go on one virtual node, whose backend is in memory: what the process holds after each wave and a garbage collection. It grows in
 * the first waves, until what is bounded (told events, limits by pod) is full, which takes some 16 of 400 pods, and then it must not. `WAVES=24 PODS=500` for other runs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { startControlPlane } from '@interlink/testbed';
import { startVirtualKubelet, type VirtualKubeletConfig } from '@interlink/virtual-kubelet';
import { createMemoryApi } from './lib/memory-api.ts';
import { benchPod, createPods } from './lib/pod-flow.ts';
import { nodeName, until } from './lib/with-chain.ts';

const waves = Number(process.env['WAVES'] ?? 32);
const podsOfAWave = Number(process.env['PODS'] ?? 400);
const perSecond = 100;
const deletesAtOnce = 20;
const settleMilliseconds = 3000;
/** A leak of one small object a pod would show: 100 bytes. */
const tolerableBytesPerPod = 100;
const path = '/api/v1/namespaces/default/pods';

const config: VirtualKubeletConfig = {
  nodeName,
  node: {
    internalIp: '127.0.0.1',
    labels: {},
    taints: [],
    capacity: { cpu: '100000', memory: '1000Ti', pods: '20000' },
  },
  ping: { intervalSeconds: 1, failuresBeforeNotReady: 3 },
  kubelet: { host: '127.0.0.1', port: 0, certificate: { kind: 'self-signed' } },
  pods: { statusIntervalSeconds: 1 },
  logLevel: 'silent',
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const podsOf = async (client: KubeClient): Promise<readonly Pod[]> =>
  (await client.request<{ items: Pod[] }>({ method: 'GET', path })).items;

async function wave(client: KubeClient, number: number): Promise<void> {
  const pods = Array.from({ length: podsOfAWave }, (_, index) =>
    benchPod(`wave-${number}-${index}`, ['sleep', '1d'], nodeName),
  );
  await createPods(client, pods, { perSecond, times: new Map() });
  await until(async () => (await podsOf(client)).every(({ status }) => status?.phase === 'Running'));
  const names = pods.map(({ metadata }) => metadata?.name ?? '');
  await Promise.all(
    Array.from({ length: deletesAtOnce }, async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop())
        await client.request({ method: 'DELETE', path: `${path}/${name}`, body: { gracePeriodSeconds: 1 } });
    }),
  );
  await until(async () => (await podsOf(client)).length === 0);
}

/** What cannot be freed. */
async function held(): Promise<{
  readonly heapBytes: number;
  readonly outsideBytes: number;
  readonly residentBytes: number;
}> {
  await pause(settleMilliseconds);
  if (gc === undefined) throw new Error('the benchmark needs --expose-gc');
  // Finalizers of the first collection leave work for the second one.
  for (let round = 0; round < 3; round += 1) {
    gc();
    await pause(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, outsideBytes: external, residentBytes: rss };
}

/** Bytes by which a line through the points rises with each pod. */
function slope(bytes: readonly number[]): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const middle = (bytes.length - 1) / 2;
  const mean = sum(bytes) / bytes.length;
  const rise = sum(bytes.map((value, index) => (index - middle) * (value - mean)));
  const run = sum(bytes.map((_, index) => (index - middle) ** 2));
  return Math.round(rise / run / podsOfAWave);
}

const directory = await mkdtemp(join(tmpdir(), 'il-churn-'));
try {
  await using controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  const { kubeconfigFile } = controlPlane;
  await using client = await createKubeClient({ kubeconfigFile, logger: silentLogger });
  const { signal } = new AbortController();
  const options = { api: createMemoryApi(), logger: silentLogger, signal };
  await using _node = await startVirtualKubelet({ ...config, kubeconfigFile }, options);
  await until(
    async () =>
      (await client
        .request<object | undefined>({ method: 'GET', path: '/api/v1/namespaces/default/serviceaccounts/default' })
        .catch(() => undefined)) !== undefined,
  );
  const before = await held();
  const after = [];
  for (let number = 0; number < waves; number += 1) {
    await wave(client, number);
    const now = await held();
    after.push(now);
    console.error(`wave ${number + 1}: ${(now.heapBytes / 2 ** 20).toFixed(1)} MiB of heap`);
  }
  const later = after.slice(Math.floor(waves / 2)).map(({ heapBytes, outsideBytes }) => heapBytes + outsideBytes);
  const bytesPerPod = slope(later);
  console.log(
    JSON.stringify({
      podsOfAWave,
      before,
      after,
      bytesPerPodInTheSecondHalf: bytesPerPod,
      isFlat: bytesPerPod <= tolerableBytesPerPod,
      targets: { bytesPerPodInTheSecondHalf: tolerableBytesPerPod },
    }),
  );
} finally {
  await rm(directory, { recursive: true, force: true });
}
