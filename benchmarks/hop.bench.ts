/** What a hop adds to a call: the same plugin called directly, over TCP on this machine and over a unix socket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPluginApp, createRemotePlugin, listen } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import type { Plugin, Pod, RetrievedPodData } from '@interlink/spec';

const warmUpCalls = 500;
const measuredCalls = 3000;
const batchPods = 1000;
const batchCalls = 20;

interface Latency {
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

function samplePod(number: number): Pod {
  const uid = `0b7c1c2e-7a0b-4c58-9d0b-${String(number).padStart(12, '0')}`;
  const env = Array.from({ length: 20 }, (_unused, index) => ({ name: `VARIABLE_${index}`, value: 'x'.repeat(40) }));
  const container = { name: 'main', image: 'busybox:1.36', command: ['sh', '-c', 'true'], env };
  return { metadata: { name: `pod-${number}`, namespace: 'default', uid }, spec: { containers: [container] } };
}

/** A plugin that costs nothing, so that what is measured is the hop. */
const instant: Plugin = {
  name: 'instant',
  ping: () => Promise.resolve({ status: 'ok' }),
  create: ({ pod }) => Promise.resolve({ PodUID: pod.metadata?.uid ?? '', PodJID: '1' }),
  status: (pods) =>
    Promise.resolve(pods.map((pod) => ({ UID: pod.metadata?.uid ?? '', JID: '1', interlink: { state: 'known' } }))),
  delete: () => Promise.resolve(),
  logs: () => Promise.reject(new Error('not measured')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

async function measure(calls: number, call: () => Promise<unknown>): Promise<Latency> {
  const times: number[] = [];
  for (let count = 0; count < calls; count += 1) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(3));
  return { p50Milliseconds: at(0.5), p99Milliseconds: at(0.99) };
}

async function measureCalls(plugin: Plugin): Promise<Record<string, Latency>> {
  const pods = Array.from({ length: batchPods }, (_unused, number) => samplePod(number));
  const data: RetrievedPodData = { pod: samplePod(1), container: [{ name: 'main' }] };
  await measure(warmUpCalls, () => plugin.create(data));
  return {
    ping: await measure(measuredCalls, () => plugin.ping()),
    create: await measure(measuredCalls, () => plugin.create(data)),
    statusOfOne: await measure(measuredCalls, () => plugin.status([samplePod(1)])),
    [`statusOf${batchPods}`]: await measure(batchCalls, () => plugin.status(pods)),
  };
}

async function measureHop(address: string): Promise<Record<string, Latency>> {
  await using listener = await listen(buildPluginApp(instant, { logger: silentLogger }), { address }, silentLogger);
  await using remote = createRemotePlugin({ url: listener.address, logger: silentLogger });
  return await measureCalls(remote);
}

const directory = await mkdtemp(join(tmpdir(), 'hop-'));
try {
  const direct = await measureCalls(instant);
  const tcp = await measureHop('http://127.0.0.1:0');
  const unix = await measureHop(`unix://${directory}/plugin.sock`);
  console.log(JSON.stringify({ target: 'a hop adds at most 2 ms at the median', direct, tcp, unix }));
} finally {
  await rm(directory, { recursive: true });
}
