/** Logs: how fast a large one is streamed by a plugin and through the API server, at what cost, and how far a follow lags. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemotePlugin } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import type { LogOptions, LogStruct, Plugin, RetrievedPodData } from '@interlink/spec';
import { buildApps, startBuiltApp, type BuiltApp } from './lib/built-app.ts';
import { spreadOf } from './lib/percentiles.ts';
import { forgetPeak, readCost, sampleOwnBytes } from './lib/process-cost.ts';
import { countBareCat, countBytes, openLog } from './lib/stream-client.ts';

const logBytes = 1024 ** 3;
const lineBytes = 100;
const rounds = 3;
const followedLines = 200;
const followPauseSeconds = 0.05;
const megabyte = 1e6;

interface Server {
  readonly url: string;
  readonly app: BuiltApp;
}

interface Throughput {
  readonly megabytesPerSecond: number;
  readonly cpuSecondsPerGigabyte: number;
  readonly peakResidentMegabytes: number;
  readonly peakOwnMegabytes: number;
}

function podOf(uid: string, script: string): RetrievedPodData {
  const container = { name: 'main', image: 'busybox', command: ['bash', '-c', script] };
  return {
    pod: {
      metadata: { name: uid, namespace: 'default', uid },
      spec: { nodeName: 'bench', restartPolicy: 'Never', containers: [container] },
    },
    container: [{ name: 'main' }],
  };
}

function logRequest(uid: string, options: LogOptions): LogStruct {
  return { Namespace: 'default', PodUID: uid, PodName: uid, ContainerName: 'main', Opts: options };
}

async function runToEnd(plugin: Plugin, data: RetrievedPodData): Promise<void> {
  await plugin.create(data);
  for (;;) {
    const [status] = await plugin.status([data.pod]);
    if (status?.containers?.[0]?.state?.terminated) return;
    await sleep(100);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

async function timed(read: () => Promise<number>): Promise<{ bytes: number; megabytesPerSecond: number }> {
  const start = performance.now();
  const bytes = await read();
  return { bytes, megabytesPerSecond: bytes / megabyte / ((performance.now() - start) / 1000) };
}

async function measureStream(server: Server, options: LogOptions, leastBytes: number): Promise<Throughput> {
  const { pid } = server.app;
  const before = await readCost(pid);
  await forgetPeak(pid);
  using own = sampleOwnBytes(pid);
  const speeds: number[] = [];
  let total = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { bytes, megabytesPerSecond } = await timed(async () =>
      countBytes(await openLog(server.url, logRequest('large', options))),
    );
    if (bytes < leastBytes) throw new Error(`only ${bytes} bytes came of ${leastBytes}`);
    total += bytes;
    speeds.push(megabytesPerSecond);
  }
  const after = await readCost(pid);
  return {
    megabytesPerSecond: Math.round(median(speeds)),
    cpuSecondsPerGigabyte: rounded(((after.cpuSeconds - before.cpuSeconds) * logBytes) / total),
    peakResidentMegabytes: Math.round(after.peakResidentBytes / megabyte),
    peakOwnMegabytes: Math.round(own.peak / megabyte),
  };
}

async function measureBareCat(file: string): Promise<number> {
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    speeds.push((await timed(() => countBareCat(file))).megabytesPerSecond);
  return Math.round(median(speeds));
}

/** Seconds between the moment that is written in a line and its arrival, of every line of a pod that writes the time now and then. */
async function measureFollow(plugin: Plugin, server: Server, uid: string): Promise<readonly number[]> {
  const script = `for ((i = 0; i < ${followedLines}; i++)); do echo "$EPOCHREALTIME"; sleep ${followPauseSeconds}; done`;
  await plugin.create(podOf(uid, script));
  const response = await openLog(server.url, logRequest(uid, { Follow: true }));
  const lags: number[] = [];
  let rest = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const now = Date.now() / 1000;
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    lags.push(...lines.map((line) => now - Number(line)));
  }
  if (lags.length !== followedLines) throw new Error(`${lags.length} lines came of ${followedLines}`);
  return lags;
}

async function startPlugin(directory: string): Promise<Server> {
  const configFile = join(directory, 'plugin.yaml');
  await writeFile(
    configFile,
    JSON.stringify({ address: 'http://127.0.0.1:0', workDirectory: join(directory, 'jobs'), runtime: 'none' }),
  );
  const app = await startBuiltApp('interlink-process', ['--config', configFile], {
    logFile: join(directory, 'plugin.log'),
  });
  return { app, url: await app.said(/"address":"(http:[^"]+)","msg":"listening"/) };
}

async function startApi(directory: string, pluginUrl: string): Promise<Server> {
  const configFile = join(directory, 'api.yaml');
  await writeFile(configFile, JSON.stringify({ InterlinkAddress: 'http://127.0.0.1:0', SidecarURL: pluginUrl }));
  const app = await startBuiltApp('interlink-api', ['--config', configFile], { logFile: join(directory, 'api.log') });
  return { app, url: await app.said(/"address":"(http:[^"]+)","msg":"listening"/) };
}

async function measure(directory: string): Promise<Readonly<Record<string, unknown>>> {
  await buildApps(['interlink-process', 'interlink-api']);
  const server = await startPlugin(directory);
  await using _app = server.app;
  const api = await startApi(directory, server.url);
  await using _api = api.app;
  await using plugin = createRemotePlugin({ url: server.url, logger: silentLogger });
  const idle = await readCost(server.app.pid);
  await runToEnd(plugin, podOf('large', `yes '${'x'.repeat(lineBytes - 1)}' | head -c ${logBytes}`));
  const file = join(directory, 'jobs/large/logs/main/0.log');
  const bareCat = await measureBareCat(file);
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  const half = logBytes / 2;
  const result = {
    plain: await measureStream(server, {}, logBytes),
    follow: await measureStream(server, { Follow: true }, logBytes),
    tailHalf: await measureStream(server, { Tail: Math.floor(half / lineBytes) }, half - lineBytes),
    sinceHourAgo: await measureStream(server, { SinceTime: hourAgo }, logBytes),
    timestamps: await measureStream(server, { Timestamps: true }, logBytes),
    throughApi: await measureStream(api, {}, logBytes),
  };
  return {
    targets: { plainMegabytesPerSecond: 200, peakOwnMegabytes: 100, followLagSeconds: 0.5 },
    logBytes,
    bareCatMegabytesPerSecond: bareCat,
    bareCatAfterwards: await measureBareCat(file),
    idleOwnMegabytes: Math.round(idle.ownBytes / megabyte),
    idleResidentMegabytes: Math.round(idle.peakResidentBytes / megabyte),
    ...result,
    followLagSeconds: {
      plugin: spreadOf(await measureFollow(plugin, server, 'follow-plugin')),
      throughApi: spreadOf(await measureFollow(plugin, api, 'follow-api')),
    },
  };
}

const directory = await mkdtemp(join(tmpdir(), 'il-logs-'));
try {
  console.log(JSON.stringify(await measure(directory)));
} finally {
  await rm(directory, { recursive: true, force: true });
}
