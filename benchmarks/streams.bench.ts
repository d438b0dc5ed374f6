/**
 * Sessions of kubectl over all hops on this machine: round trip, throughput both ways, many followed logs, and memory while a reader is slow.
 * `BYTES=268435456` for a shorter run.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { benchPod } from './lib/pod-flow.ts';
import { spreadOf, type Spread } from './lib/percentiles.ts';
import { forgetPeak, readCost, sampleOwnBytes } from './lib/process-cost.ts';
import { nodeName, until, withChain, type BenchWorld } from './lib/with-chain.ts';

const pods = '/api/v1/namespaces/default/pods';
const roundTrips = 200;
const largeBytes = Number(process.env['BYTES'] ?? 1024 ** 3);
const slowBytes = 100 * 1024 ** 2;
const slowBytesPerSecond = 10 * 1024 ** 2;
const followers = 100;
const followedLines = 40;
const megabyte = 1e6;
const links = ['plugin', 'api', 'virtual-kubelet'] as const;

async function runPod({ client }: BenchWorld, name: string, script: string): Promise<void> {
  const pod = benchPod(name, ['sh', '-c', script]);
  await client.request({ method: 'POST', path: pods, body: { ...pod, spec: { ...pod.spec, nodeName } } });
  await until(async () => {
    const found = await client.request<{ status?: { phase?: string } }>({ method: 'GET', path: `${pods}/${name}` });
    return found.status?.phase === 'Running';
  });
}

/** Seconds between a line that goes in and the same line that comes out. */
async function measureEcho(child: ChildProcessWithoutNullStreams): Promise<Spread> {
  const seconds: number[] = [];
  for (let round = -10; round < roundTrips; round += 1) {
    const start = performance.now();
    const answer = once(child.stdout, 'data');
    child.stdin.write(`${round}\n`);
    await answer;
    // The first ones open the session.
    if (round >= 0) seconds.push((performance.now() - start) / 1000);
    await sleep(5);
  }
  child.stdin.end();
  await once(child, 'close');
  return spreadOf(seconds);
}

/** A transfer of many bytes. */
interface Throughput {
  readonly megabytesPerSecond: number;
  /** Processor time of each link, in seconds for a gigabyte: what a busy machine changes least. */
  readonly cpuSecondsPerGigabyte: Readonly<Record<string, number>>;
}

/** How fast `transfer` moves the bytes, from the first moment that it gives until its end. */
async function measureThroughput(
  { chain }: BenchWorld,
  bytes: number,
  transfer: () => Promise<number>,
): Promise<Throughput> {
  const cpu = (): Promise<readonly number[]> =>
    Promise.all(links.map(async (link) => (await readCost(chain.pid(link) ?? 0)).cpuSeconds));
  const before = await cpu();
  const begun = await transfer();
  const seconds = (performance.now() - begun) / 1000;
  const after = await cpu();
  const perGigabyte = links.map((link, index) => {
    const used = (after[index] ?? 0) - (before[index] ?? 0);
    return [link, Math.round((used / (bytes / 1e9)) * 100) / 100] as const;
  });
  return {
    megabytesPerSecond: Math.round(bytes / megabyte / seconds),
    cpuSecondsPerGigabyte: Object.fromEntries(perGigabyte),
  };
}

/** Reads all that the command writes. */
async function receive(child: ChildProcessWithoutNullStreams, bytes: number): Promise<number> {
  let seen = 0;
  let first = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    first ||= performance.now();
    seen += chunk.length;
  }
  if (seen !== bytes) throw new Error(`${seen} bytes came of ${bytes}`);
  return first;
}

/** Gives the command an input, which it counts once a first line has shown that it runs. */
async function send(child: ChildProcessWithoutNullStreams, bytes: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  await once(child.stdout, 'data');
  const begun = performance.now();
  const answer = once(child.stdout, 'data') as Promise<[Buffer]>;
  for (let left = bytes; left > 0; left -= chunk.length) {
    const part = chunk.subarray(0, Math.min(left, chunk.length));
    if (!child.stdin.write(part)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [text] = await answer;
  if (Number(text.toString()) !== bytes) throw new Error(`${text.toString().trim()} bytes came of ${bytes}`);
  return begun;
}

/** Megabytes of their own that the hops had at most while somebody read slowly, beside what they had before. */
async function measureSlowReader(world: BenchWorld): Promise<Readonly<Record<string, unknown>>> {
  const pids = links.map((link) => world.chain.pid(link) ?? 0);
  const before = await Promise.all(pids.map(readCost));
  await Promise.all(pids.map(forgetPeak));
  const samples = pids.map(sampleOwnBytes);
  const child = spawn(...world.kubectl('exec', 'target', '--', 'head', '-c', String(slowBytes), '/dev/zero'));
  let seen = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    seen += chunk.length;
    await sleep((chunk.length / slowBytesPerSecond) * 1000);
  }
  if (seen !== slowBytes) throw new Error(`${seen} bytes came of ${slowBytes}`);
  const rows = links.map((link, index) => {
    const sample = samples[index];
    sample?.[Symbol.dispose]();
    const inMegabytes = (bytes = 0): number => Math.round(bytes / megabyte);
    return [link, { before: inMegabytes(before[index]?.ownBytes), peak: inMegabytes(sample?.peak) }];
  });
  return Object.fromEntries(rows) as Record<string, unknown>;
}

/** Seconds between the moment in a line and its arrival, of many logs that are followed at once. */
async function measureFollowers(world: BenchWorld): Promise<Spread> {
  const script = `i=0; sleep 5; while [ $i -lt ${followedLines} ]; do date +%s.%N; sleep 0.2; i=$((i+1)); done; sleep 1000`;
  await runPod(world, 'talker', script);
  const lags: number[] = [];
  const follow = async (): Promise<void> => {
    const path = `${pods}/talker/log?follow=true`;
    const stop = new AbortController();
    const chunks = await world.client.stream({ path, signal: stop.signal });
    let rest = '';
    let seen = 0;
    for await (const chunk of chunks) {
      const now = Date.now() / 1000;
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      lags.push(...lines.map((line) => now - Number(line)));
      seen += lines.length;
      if (seen >= followedLines) break;
    }
    stop.abort();
  };
  await Promise.all(Array.from({ length: followers }, follow));
  return spreadOf(lags);
}

const result = await withChain({}, async (world) => {
  await runPod(world, 'target', 'sleep 100000');
  const exec = (...command: string[]) => spawn(...world.kubectl('exec', '-i', 'target', '--', ...command));
  const count = 'echo ready; wc -c';
  const source = ['-c', String(largeBytes), '/dev/zero'];
  return {
    targets: { echoSeconds: 0.02, megabytesPerSecond: 50, followers },
    echoSeconds: { bare: await measureEcho(spawn('cat')), kubectlExec: await measureEcho(exec('cat')) },
    throughput: {
      bare: await measureThroughput(world, largeBytes, () => receive(spawn('head', source), largeBytes)),
      download: await measureThroughput(world, largeBytes, () => receive(exec('head', ...source), largeBytes)),
      upload: await measureThroughput(world, largeBytes, () => send(exec('sh', '-c', count), largeBytes)),
    },
    followLagSeconds: await measureFollowers(world),
    slowReaderOwnMegabytes: await measureSlowReader(world),
  };
});
console.log(JSON.stringify(result));
