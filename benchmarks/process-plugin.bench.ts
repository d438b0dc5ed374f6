/** The process plugin alone: the latency of create, what a short pod costs, how soon its end is seen, what idle pods cost. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProcessPlugin } from '@interlink/plugin-process';
import { silentLogger } from '@interlink/runtime';
import type { Plugin, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';

const shortPods = 200;
const podsPerSecond = 20;
const idlePods = 50;
const idleSeconds = 5;
const ticksPerSecond = 100;

interface Latency {
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

function summarise(milliseconds: readonly number[]): Latency {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1));
  return { p50Milliseconds: at(0.5), p99Milliseconds: at(0.99) };
}

/** A pod as an API server makes it: with a token mounted where every container expects it. */
function samplePod(uid: string, command: readonly string[], withToken: boolean): RetrievedPodData {
  const mount = {
    name: 'kube-api-access-x',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    readOnly: true,
  };
  const container = {
    name: 'main',
    image: 'busybox',
    command: [...command],
    ...(withToken ? { volumeMounts: [mount] } : {}),
  };
  const projected = { sources: [{ serviceAccountToken: { path: 'token' } }] };
  const pod: Pod = {
    metadata: { name: uid, namespace: 'default', uid },
    spec: {
      nodeName: 'bench',
      restartPolicy: 'Never',
      containers: [container],
      ...(withToken ? { volumes: [{ name: mount.name, projected }] } : {}),
    },
  };
  return {
    pod,
    container: [{ name: 'main', projectedvolumemaps: [{ metadata: { name: mount.name }, data: { token: 'x' } }] }],
  };
}

/** Seconds of CPU of this process and of the children that have ended. */
async function cpuSeconds(): Promise<{ own: number; children: number }> {
  const fields = (await readFile('/proc/self/stat', 'utf8')).split(') ')[1]?.split(' ') ?? [];
  const at = (index: number): number => Number(fields[index]) / ticksPerSecond;
  return { own: at(11) + at(12), children: at(13) + at(14) };
}

interface Timing {
  created: number;
  running?: number;
  ended?: number;
}

async function measureShortPods(directory: string, withToken: boolean): Promise<Readonly<Record<string, unknown>>> {
  const root = join(directory, withToken ? 'with-token' : 'plain');
  await using plugin = await createProcessPlugin({ root, runtime: 'none', logger: silentLogger });
  const timings = new Map<string, Timing>();
  const done = Promise.withResolvers<undefined>();
  const watching = new AbortController();
  let left = shortPods;
  const watch = (async () => {
    for await (const event of plugin.watch?.({ signal: watching.signal }) ?? []) {
      if ('UID' in event && note(timings.get(event.UID), event) && --left === 0) done.resolve(undefined);
    }
  })().catch(() => undefined);
  const before = await cpuSeconds();
  const creates: Promise<number>[] = [];
  for (let number = 0; number < shortPods; number += 1) {
    const uid = `pod-${number}`;
    timings.set(uid, { created: Date.now() });
    creates.push(timeCreate(plugin, samplePod(uid, ['sleep', '1'], withToken)));
    await sleep(1000 / podsPerSecond);
  }
  await done.promise;
  await sleep(200);
  const after = await cpuSeconds();
  watching.abort();
  await watch;
  const ends = await Promise.all(
    [...timings].map(async ([uid, { ended = 0 }]) => ended - (await finishedAt(root, uid))),
  );
  return {
    create: summarise(await Promise.all(creates)),
    createdToRunning: summarise([...timings.values()].map(({ created, running = Infinity }) => running - created)),
    endedToSeen: summarise(ends),
    cpuMillisecondsPerPod: {
      plugin: Number((((after.own - before.own) * 1000) / shortPods).toFixed(1)),
      runner: Number((((after.children - before.children) * 1000) / shortPods).toFixed(1)),
    },
  };
}

async function timeCreate(plugin: Plugin, data: RetrievedPodData): Promise<number> {
  const start = performance.now();
  await plugin.create(data);
  return performance.now() - start;
}

/** Notes the first time of each state; true at the end. */
function note(timing: Timing | undefined, { containers }: PodStatus): boolean {
  const state = containers?.[0]?.state;
  if (!timing || timing.ended !== undefined) return false;
  if (state?.running ?? state?.terminated) timing.running ??= Date.now();
  if (!state?.terminated) return false;
  timing.ended = Date.now();
  return true;
}

async function finishedAt(root: string, uid: string): Promise<number> {
  const state = JSON.parse(await readFile(join(root, uid, 'state/main.json'), 'utf8')) as { finishedAt: number };
  return state.finishedAt * 1000;
}

/** CPU of the runners of idle pods, as a share of one core. */
async function measureIdlePods(directory: string): Promise<Readonly<Record<string, unknown>>> {
  const root = join(directory, 'idle');
  await using plugin = await createProcessPlugin({ root, runtime: 'none', logger: silentLogger });
  const data = Array.from({ length: idlePods }, (_unused, number) =>
    samplePod(`idle-${number}`, ['sleep', '600'], true),
  );
  await Promise.all(data.map((pod) => plugin.create(pod)));
  await sleep(3000);
  const before = await runnerTicks(root);
  const own = await cpuSeconds();
  await sleep(idleSeconds * 1000);
  const ownAfter = await cpuSeconds();
  const after = await runnerTicks(root);
  const share = (seconds: number): number => Number(((seconds / idleSeconds) * 100).toFixed(2));
  const result = {
    pods: idlePods,
    runnersPercentOfCore: share((after.ticks - before.ticks) / ticksPerSecond),
    pluginPercentOfCore: share(ownAfter.own - own.own),
    runnerKilobytesPerPod: Math.round(after.privateKilobytes / idlePods),
  };
  await Promise.all(
    data.map(({ pod }) => plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 1 } })),
  );
  for (;;) {
    const statuses = await plugin.status(data.map(({ pod }) => pod));
    if (statuses.every(({ interlink }) => interlink?.state === 'gone')) return result;
    await sleep(100);
  }
}

async function runnerTicks(root: string): Promise<{ ticks: number; privateKilobytes: number }> {
  let ticks = 0;
  let privateKilobytes = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes(`runner.sh\0${root}/`)) continue;
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
    const memory = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    for (const [, kilobytes] of memory.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)) privateKilobytes += Number(kilobytes);
  }
  return { ticks, privateKilobytes };
}

const directory = await mkdtemp(join(tmpdir(), 'process-plugin-'));
try {
  const plain = await measureShortPods(directory, false);
  const withToken = await measureShortPods(directory, true);
  const idle = await measureIdlePods(directory);
  console.log(JSON.stringify({ shortPods, podsPerSecond, plain, withToken, idle }));
} finally {
  await rm(directory, { recursive: true, force: true });
}
