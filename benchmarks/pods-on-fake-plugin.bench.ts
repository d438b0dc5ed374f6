/**
 * 10,000 pods at 100/s, bound to a node whose plugin runs each at once and ends every tenth after a while: latencies, writes to the API server, memory and
 * the traffic while nothing happens; then the first pod after idle time, and a restart. `PODS=2000` and `IDLE_SECONDS=600` for other runs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chainLinks, type Chain } from '@interlink/testbed';
import { readApiWrites, writesBetween } from './lib/api-writes.ts';
import { startCpuPressure } from './lib/cpu-pressure.ts';
import { readPluginTimes, type PluginTimes } from './lib/plugin-times.ts';
import { benchPod, createPods, watchTimes, type PodTimes } from './lib/pod-flow.ts';
import { readCost } from './lib/process-cost.ts';
import { spreadOf, type Spread } from './lib/percentiles.ts';
import { nodeName, until, withChain } from './lib/with-chain.ts';

const podCount = Number(process.env['PODS'] ?? 10_000);
const idleSeconds = Number(process.env['IDLE_SECONDS'] ?? 60);
const perSecond = 100;
/** Every tenth pod ends, while others are still being created. */
const endingShare = 10;
const endAfterSeconds = 15;
const settleMilliseconds = 20_000;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const ends = (index: number): boolean => index % endingShare === 0;
const pods = Array.from({ length: podCount }, (_, index) =>
  benchPod(`pod-${index}`, ['sleep', ends(index) ? String(endAfterSeconds) : '1d'], nodeName),
);
const fakePlugin = fileURLToPath(new URL('lib/fake-plugin.ts', import.meta.url));

function latency(
  seen: ReadonlyMap<string, PodTimes>,
  plugin: ReadonlyMap<string, PluginTimes>,
  measure: (seen: PodTimes, plugin: PluginTimes) => number | undefined,
): Spread {
  const seconds = [...seen].map(([name, times]) => measure(times, plugin.get(name) ?? {}));
  return spreadOf(seconds.filter((value) => value !== undefined).map((milliseconds) => milliseconds / 1000));
}

const between = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : to - from;

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

/** CPU that each process of the chain has used since its start, in seconds: what a busy machine does not change much. */
async function cpuSeconds(chain: Chain): Promise<ReadonlyMap<string, number>> {
  const rows = chainLinks.map(async (link) => [link, (await readCost(chain.pid(link) ?? 0)).cpuSeconds] as const);
  return new Map(await Promise.all(rows));
}

const kubeletPid = (chain: Chain): number => chain.pid('virtual-kubelet') ?? 0;

const result = await withChain({ pluginProgram: fakePlugin }, async ({ client, chain, directory }) => {
  const configFile = join(directory, 'chain', 'plugin.yaml');
  const counts = async (): Promise<Record<string, number>> =>
    JSON.parse(await readFile(`${configFile}.counts`, 'utf8')) as Record<string, number>;
  /** Seconds from `from` until the plugin has the pod. */
  const untilCreated = async (name: string, from: number): Promise<number> => {
    await until(async () => (await readPluginTimes(configFile)).get(name)?.create !== undefined);
    return (((await readPluginTimes(configFile)).get(name)?.create ?? Number.NaN) - from) / 1000;
  };
  const stop = new AbortController();
  const { times, synced } = watchTimes(client, stop.signal);
  await synced;
  const emptyBytes = await residentBytes(kubeletPid(chain));
  const writesBefore = await readApiWrites(client);
  const cpuBefore = await cpuSeconds(chain);
  const pressure = await startCpuPressure();
  const begunAt = Date.now();

  await createPods(client, pods, { perSecond, times });
  const createdSeconds = (Date.now() - begunAt) / 1000;
  await until(() => [...times.values()].every(({ running }) => running !== undefined));
  const runningSeconds = (Date.now() - begunAt) / 1000;
  await until(() => pods.every(({ metadata }, index) => !ends(index) || times.get(metadata?.name ?? '')?.ended));
  stop.abort();
  const cpuPressure = await pressure();
  await pause(settleMilliseconds);
  const writes = writesBetween(writesBefore, await readApiWrites(client));
  const plugin = await readPluginTimes(configFile);
  const full = await readCost(kubeletPid(chain));
  const cpuAfter = await cpuSeconds(chain);
  const load = {
    pods: podCount,
    createsPerSecond: Math.round(podCount / createdSeconds),
    allRunningAfterSeconds: Math.round(runningSeconds * 10) / 10,
    cpuPressure,
    apiServerCreateSeconds: latency(times, plugin, (seen) => between(seen.created, seen.accepted)),
    acceptedToPluginCreateSeconds: latency(times, plugin, (seen, { create }) => between(seen.accepted, create)),
    bindToPluginCreateSeconds: latency(times, plugin, (seen, { create }) => between(seen.created, create)),
    pluginRunningToStatusSeconds: latency(times, plugin, (seen, { running }) => between(running, seen.running)),
    pluginEndToStatusSeconds: latency(times, plugin, (seen, { ended }) => between(ended, seen.ended)),
    createdToRunningSeconds: latency(times, plugin, (seen) => between(seen.created, seen.running)),
    writes: {
      ...writes,
      transitions: podCount * 2 + Math.ceil(podCount / endingShare),
      podWritesPerTransition: round(writes.pods / (podCount * 2 + Math.ceil(podCount / endingShare))),
      allWritesPerTransition: round((writes.pods + writes.events) / (podCount * 2 + Math.ceil(podCount / endingShare))),
    },
    cpuMillisecondsPerPod: Object.fromEntries(
      chainLinks.map((link) => [
        link,
        round((((cpuAfter.get(link) ?? 0) - (cpuBefore.get(link) ?? 0)) * 1000) / podCount),
      ]),
    ),
    residentBytesEmpty: emptyBytes,
    residentBytesPeak: full.peakResidentBytes,
    residentBytes: await residentBytes(kubeletPid(chain)),
    ownBytes: full.ownBytes,
  };

  const [countsBefore, costBefore] = [await counts(), await readCost(kubeletPid(chain))];
  await pause(idleSeconds * 1000);
  const [countsAfter, costAfter] = [await counts(), await readCost(kubeletPid(chain))];
  const firstAt = Date.now();
  await createPods(client, [benchPod('after-idle', ['sleep', '1d'], nodeName)], { perSecond, times });
  const firstAfterIdleSeconds = await untilCreated('after-idle', firstAt);

  await chain.kill('virtual-kubelet', 'SIGTERM');
  await createPods(client, [benchPod('after-restart', ['sleep', '1d'], nodeName)], { perSecond, times });
  const restartedAt = Date.now();
  await chain.start('virtual-kubelet');
  const restartSeconds = await untilCreated('after-restart', restartedAt);
  return {
    load,
    idle: {
      seconds: idleSeconds,
      cpuSecondsPerMinute: round(((costAfter.cpuSeconds - costBefore.cpuSeconds) * 60) / idleSeconds),
      statusCalls: (countsAfter['status'] ?? 0) - (countsBefore['status'] ?? 0),
      firstPodAfterwardsSeconds: firstAfterIdleSeconds,
    },
    restart: { pods: podCount, firstCreateAfterSeconds: restartSeconds },
    targets: {
      createsPerSecond: 100,
      bindToPluginCreateP99: 1,
      pluginChangeToStatusP99: 2,
      podWritesPerTransition: 2,
      residentBytesPeak: 400 * 2 ** 20,
      firstPodAfterIdle: 0.5,
      restart: 10,
    },
  };
});
console.log(JSON.stringify(result));

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
