/** 200 short pods at 20/s through control plane, virtual kubelet, API server and process plugin on this machine. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchPod, createPods, watchTimes } from './lib/pod-flow.ts';
import { spreadOf } from './lib/percentiles.ts';
import { until, withChain } from './lib/with-chain.ts';

const podCount = 200;
const perSecond = 20;

/** The moments at which the containers ended by their own clock, by pod; milliseconds. */
function parseEnds(journal: string): ReadonlyMap<string, number> {
  const lines = journal.trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1]) / 1e6]));
}

const result = await withChain({}, async ({ client, directory }) => {
  const stop = new AbortController();
  const { times, synced } = watchTimes(client, stop.signal);
  await synced;
  const journal = join(directory, 'journal');
  await writeFile(journal, '');
  const script = 'sleep 1; echo "$1 $(date +%s%N)" >> "$2"';
  const pods = Array.from({ length: podCount }, (_, index) => {
    const name = `short-${index}`;
    return benchPod(name, ['sh', '-c', script, 'sh', name, journal]);
  });
  await createPods(client, pods, { perSecond, times });
  await until(() => [...times.values()].every(({ ended }) => ended !== undefined));
  stop.abort();
  const ends = parseEnds(await readFile(journal, 'utf8'));
  const rows = [...times];
  return {
    pods: podCount,
    perSecond,
    succeeded: rows.filter(([, { phase }]) => phase === 'Succeeded').length,
    createdToRunningSeconds: spreadOf(rows.map(([, { created, running = Number.NaN }]) => (running - created) / 1000)),
    endedToSucceededSeconds: spreadOf(
      rows.map(([name, { ended = Number.NaN }]) => (ended - (ends.get(name) ?? Number.NaN)) / 1000),
    ),
    targets: { createdToRunning: { p50: 0.5, p99: 2 }, endedToSucceeded: { p50: 0.5, p99: 2 } },
  };
});
console.log(JSON.stringify(result));
