/**
 * The Slurm plugin on a real cluster of this machine, beside bare `sbatch` in the same run: many pods, one pod, and how often the scheduler is asked.
 * The kind of Slurm is `host` unless INTERLINK_BENCH_SLURM names another.
 */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSlurmPlugin, pluginOptions, slurmConfigSchema, type SlurmConfigInput } from '@interlink/plugin-slurm';
import { silentLogger } from '@interlink/runtime';
import type { Plugin, RetrievedPodData } from '@interlink/spec';
import { startSlurm, type SlurmCluster, type SlurmKind } from '@interlink/testbed';
import { spreadOf, type Spread } from './lib/percentiles.ts';
import { watchEnds } from './lib/pod-ends.ts';
import { countRequests, resetRequests } from './lib/slurm-requests.ts';

const kind = (process.env['INTERLINK_BENCH_SLURM'] ?? 'host') as SlurmKind;
const manyPods = 200;
/** Slurm itself pauses between its looks at a queue: of one round only luck can be read. */
const rounds = 7;
const singlePods = 15;
const pendingCounts = [1, 100, 5000];
const windowSeconds = 30;
const visiblePollMilliseconds = 20;

const seconds = (since: number): number => (performance.now() - since) / 1000;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

function podOf(uid: string): RetrievedPodData {
  const container = { name: 'main', image: 'busybox', command: ['true'] };
  return {
    pod: {
      metadata: { name: uid, namespace: 'default', uid, deletionGracePeriodSeconds: 0 },
      spec: { nodeName: 'bench', restartPolicy: 'Never', containers: [container] },
    },
    container: [{ name: 'main' }],
  };
}

function podsOf(prefix: string, count: number): readonly RetrievedPodData[] {
  return Array.from({ length: count }, (_, index) => podOf(`${prefix}-${index}`));
}

async function startPlugin(cluster: SlurmCluster, more: SlurmConfigInput = {}): Promise<Plugin> {
  const config = slurmConfigSchema.parse({
    workDirectory: await mkdtemp(join(cluster.workDirectory, 'plugin-')),
    runtime: 'none',
    commands: { environment: cluster.environment, wrapper: [...cluster.wrapper] },
    ...more,
  });
  return await createSlurmPlugin({ ...pluginOptions(config, ''), logger: silentLogger });
}

/** A batch script that leaves a line in a file at its end, and the words that submit it. */
async function bareJob(cluster: SlurmCluster): Promise<{ journal: string; argv: readonly string[] }> {
  const directory = await mkdtemp(join(cluster.workDirectory, 'bare-'));
  const journal = join(directory, 'journal');
  await writeFile(journal, '');
  await writeFile(join(directory, 'job.sh'), `#!/bin/sh\ntrue\necho ended >> ${journal}\n`);
  return { journal, argv: ['sbatch', '--parsable', '--output=/dev/null', join(directory, 'job.sh')] };
}

/** From the first `sbatch` to the end of the last script, one `sbatch` after the other. */
async function bareMakespan(cluster: SlurmCluster): Promise<{ submitted: number; ended: number }> {
  const { journal, argv } = await bareJob(cluster);
  const start = performance.now();
  for (let count = 0; count < manyPods; count += 1) await cluster.run(argv);
  const submitted = seconds(start);
  while ((await readFile(journal, 'utf8')).split('\n').length <= manyPods) await sleep(visiblePollMilliseconds);
  return { submitted, ended: seconds(start) };
}

/** From the first create to the last end that the plugin tells of, all creates at once. */
async function pluginMakespan(plugin: Plugin, prefix: string): Promise<{ submitted: number; ended: number }> {
  const pods = podsOf(prefix, manyPods);
  await using ends = watchEnds(plugin);
  const start = performance.now();
  await Promise.all(pods.map((data) => plugin.create(data)));
  const submitted = seconds(start);
  await ends.reached(pods.map(({ pod }) => pod.metadata?.uid ?? ''));
  return { submitted, ended: seconds(start) };
}

/** From `sbatch` until `squeue` has the job as completed. */
async function bareSingle(cluster: SlurmCluster): Promise<number> {
  const { argv } = await bareJob(cluster);
  const start = performance.now();
  const id = (await cluster.run(argv)).stdout.trim();
  for (;;) {
    const { stdout } = await cluster.run(['squeue', '--noheader', '--states=all', `--jobs=${id}`, '--format=%T']);
    if (!/PENDING|RUNNING|COMPLETING|CONFIGURING/.test(stdout)) return seconds(start);
    await sleep(visiblePollMilliseconds);
  }
}

async function pluginSingle(plugin: Plugin, uid: string): Promise<number> {
  await using ends = watchEnds(plugin);
  const start = performance.now();
  await plugin.create(podOf(uid));
  await ends.reached([uid]);
  return seconds(start);
}

async function measureMany(cluster: SlurmCluster, plugin: Plugin): Promise<Readonly<Record<string, unknown>>> {
  const bare: { submitted: number; ended: number }[] = [];
  const pods: { submitted: number; ended: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await bareMakespan(cluster));
    pods.push(await pluginMakespan(plugin, `many-${round}`));
  }
  const middle = (all: typeof bare): (typeof bare)[number] => ({
    submitted: rounded(median(all.map(({ submitted }) => submitted))),
    ended: rounded(median(all.map(({ ended }) => ended))),
  });
  return {
    count: manyPods,
    bareSeconds: middle(bare),
    pluginSeconds: middle(pods),
    ratioOfEachRound: pods.map(({ ended }, round) => rounded(ended / (bare[round]?.ended ?? Number.NaN))),
    ratio: rounded(middle(pods).ended / middle(bare).ended),
  };
}

async function measureSingle(cluster: SlurmCluster, plugin: Plugin): Promise<Readonly<Record<string, unknown>>> {
  const bare: number[] = [];
  const pods: number[] = [];
  for (let round = 0; round < singlePods; round += 1) {
    bare.push(await bareSingle(cluster));
    pods.push(await pluginSingle(plugin, `single-${round}`));
  }
  const spreads: Record<'bare' | 'plugin', Spread> = { bare: spreadOf(bare), plugin: spreadOf(pods) };
  return { ...spreads, moreAtTheMedian: rounded(median(pods) - median(bare)) };
}

/** How many requests the controller had in five seconds while so many jobs waited in its queue. */
async function measureRequests(cluster: SlurmCluster): Promise<Readonly<Record<string, unknown>>> {
  await cluster.run(['scontrol', 'update', 'PartitionName=low', 'State=DOWN']);
  const plugin = await startPlugin(cluster, { flags: { default: ['--partition=low'] }, retentionSeconds: 0 });
  const perFiveSeconds: Record<string, unknown> = {};
  try {
    perFiveSeconds['0'] = await countWindow(cluster);
    const pods = podsOf('pending', Math.max(...pendingCounts));
    let created = 0;
    for (const count of pendingCounts) {
      console.error(`bench: ${count} jobs in the queue …`);
      // As many at once as a virtual kubelet sends.
      for (; created < count; created += 64) {
        await Promise.all(pods.slice(created, Math.min(count, created + 64)).map((data) => plugin.create(data)));
      }
      created = count;
      perFiveSeconds[String(count)] = await countWindow(cluster);
    }
    return { windowSeconds, perFiveSeconds };
  } finally {
    await plugin[Symbol.asyncDispose]();
  }
}

async function countWindow(cluster: SlurmCluster): Promise<Readonly<Record<string, unknown>>> {
  // What the creates still cause is not what is measured.
  await sleep(5000);
  await resetRequests(cluster);
  const before = process.cpuUsage();
  await sleep(windowSeconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const requests = await countRequests(cluster);
  return {
    // One squeue asks for the jobs and, always, for the partitions.
    queries: rounded(((requests['REQUEST_JOB_INFO'] ?? 0) * 5) / windowSeconds),
    byType: requests,
    pluginPercentOfCore: rounded((user + system) / 1e4 / windowSeconds),
  };
}

await using cluster = await startSlurm({ kind, nodes: 2, cpusPerNode: 128 });
await using plugin = await startPlugin(cluster);
const single = await measureSingle(cluster, plugin);
console.error(`bench: ${JSON.stringify(single)}`);
const many = await measureMany(cluster, plugin);
console.error(`bench: ${JSON.stringify(many)}`);
const requests = await measureRequests(cluster);
console.log(
  JSON.stringify({
    targets: { manyRatio: 1.3, singleSecondsMore: 0.3, queriesPerFiveSeconds: 1 },
    slurm: { kind, version: cluster.version },
    single,
    many,
    requests,
  }),
);
