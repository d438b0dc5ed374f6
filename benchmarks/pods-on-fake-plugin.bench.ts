/**
 * 1,000 pods at 50/s into a plugin that runs each at once, then as many more as make 10,000 idle ones: latency, the memory
 * of the virtual kubelet for each pod, and the traffic while nothing happens. `PODS=2000` for a smaller run.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchPod, createPods, watchTimes } from './lib/pod-flow.ts';
import { spreadOf } from './lib/percentiles.ts';
import { until, withChain } from './lib/with-chain.ts';

const timedPods = 1000;
const timedPerSecond = 50;
const idlePods = Number(process.env['PODS'] ?? 10_000);
const idlePerSecond = 100;
const settleMilliseconds = 30_000;
const idleMilliseconds = 60_000;

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const podsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => benchPod(`idle-${first + index}`, ['sleep', '1d']));
const fakePlugin = fileURLToPath(new URL('lib/fake-plugin.ts', import.meta.url));

const result = await withChain({ pluginProgram: fakePlugin }, async ({ client, chain, directory }) => {
  const pid = chain.pid('virtual-kubelet') ?? 0;
  const counts = async (): Promise<Record<string, number>> =>
    JSON.parse(await readFile(join(directory, 'chain', 'plugin.yaml.counts'), 'utf8')) as Record<string, number>;
  const stop = new AbortController();
  const { times, synced } = watchTimes(client, stop.signal);
  await synced;
  const emptyBytes = await residentBytes(pid);
  const allRun = (): boolean => [...times.values()].every(({ running }) => running !== undefined);

  await createPods(client, podsFrom(0, timedPods), { perSecond: timedPerSecond, times });
  await until(allRun);
  const timed = [...times.values()].map(({ created, running = Number.NaN }) => (running - created) / 1000);

  await createPods(client, podsFrom(timedPods, idlePods - timedPods), { perSecond: idlePerSecond, times });
  await until(allRun);
  stop.abort();
  await pause(settleMilliseconds);
  const [before, cpuBefore] = [await counts(), await cpuSeconds(pid)];
  await pause(idleMilliseconds);
  const [after, cpuAfter] = [await counts(), await cpuSeconds(pid)];
  const fullBytes = await residentBytes(pid);
  return {
    createdToRunningSeconds: spreadOf(timed),
    idle: {
      pods: idlePods,
      residentBytesEmpty: emptyBytes,
      residentBytes: fullBytes,
      kilobytesPerPod: Math.round((fullBytes - emptyBytes) / idlePods / 102.4) / 10,
      cpuSecondsPerMinute: Math.round((cpuAfter - cpuBefore) * 100) / 100,
      statusCallsPerMinute: (after.status ?? 0) - (before.status ?? 0),
    },
    targets: { createdToRunning: { p50: 0.5 }, kilobytesPerPod: 40 },
  };
});
console.log(JSON.stringify(result));
