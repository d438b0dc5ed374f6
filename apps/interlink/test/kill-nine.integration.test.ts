import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { chainLinks, startChain, startControlPlane, type Chain } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `KILL_PODS=500` for the long run. */
const podCount = Number(process.env['KILL_PODS'] ?? 60);
const minutes = 60_000;
const killsOfEach = Math.max(3, Math.round(podCount / 25));
// A link needs about a second to come up; between two kills the chain is sometimes whole and sometimes not.
const shortestPauseMilliseconds = 500;
const randomPauseMilliseconds = 5000;
const pauseBetweenPodsMilliseconds = 350;
/** What a link from the sources needs when empty is two thirds of it. */
const largestMegabytes = 400;
const path = '/api/v1/namespaces/default/pods';

let directory: string;
let client: KubeClient;
let chain: Chain;
const world: AsyncDisposable[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-kill-'));
  const controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  world.push(controlPlane);
  const { kubeconfigFile } = controlPlane;
  client = await createKubeClient({ kubeconfigFile, logger: silentLogger });
  world.push(client);
  chain = await startChain({ directory: join(directory, 'chain'), nodeName: 'hpc', kubeconfigFile });
  world.push(chain);
}, 12 * minutes);

afterAll(async () => {
  for (const part of world.toReversed()) await part[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 2 * minutes);

function shortPod(index: number, journal: string): Pod {
  const name = `short-${index}`;
  // Appending one line is atomic: a pod that ran twice leaves two lines.
  const command = ['sh', '-c', `echo "$1" >> "$2"; sleep 0.5`, 'sh', name, journal];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 2,
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'busybox', command }],
    },
  };
}

async function pods(): Promise<readonly Pod[]> {
  return (await client.request<{ items: Pod[] }>({ method: 'GET', path })).items;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(what: string, holds: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds / 1000} s: ${what}`);
    await pause(250);
  }
}

/** Kills every link several times, in random order and at random moments, and starts it again at once. */
async function killAtRandom(): Promise<void> {
  const links = Array.from({ length: killsOfEach }, () => chainLinks).flat();
  for (const link of links.toSorted(() => Math.random() - 0.5)) {
    await pause(shortestPauseMilliseconds + Math.random() * randomPauseMilliseconds);
    await chain.kill(link);
    await chain.start(link);
  }
}

async function createPods(journal: string): Promise<void> {
  for (let index = 0; index < podCount; index += 1) {
    await client.request({ method: 'POST', path, body: shortPod(index, journal) });
    await pause(pauseBetweenPodsMilliseconds);
  }
}

function phases(all: readonly Pod[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const pod of all) counts[pod.status?.phase ?? 'none'] = (counts[pod.status?.phase ?? 'none'] ?? 0) + 1;
  return counts;
}

describe('kill -9 of plugin, API server and virtual kubelet at any moment', () => {
  it(
    'loses and duplicates no pod, and leaves nothing behind',
    async () => {
      const journal = join(directory, 'journal');
      await writeFile(journal, '');
      await Promise.all([killAtRandom(), createPods(journal)]);
      const ended = async (): Promise<boolean> =>
        (await pods()).every(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
      await until('every pod ends', ended, 5 * minutes);

      expect(phases(await pods())).toEqual({ Succeeded: podCount });
      const lines = (await readFile(journal, 'utf8')).trim().split('\n').toSorted();
      expect(lines).toEqual(Array.from({ length: podCount }, (_, index) => `short-${index}`).toSorted());

      await client.request({ method: 'DELETE', path });
      await until('every Pod object leaves the API server', async () => (await pods()).length === 0, 2 * minutes);
      const runners = await runnersIn(chain.workDirectory);
      expect(runners).toEqual([]);
      for (const link of chainLinks) {
        expect(await readFile(chain.logFile(link), 'utf8')).not.toMatch(/unhandled|uncaught/i);
        expect(await residentMegabytes(chain.pid(link))).toBeLessThan(largestMegabytes);
      }
    },
    20 * minutes,
  );
});

async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Command lines of the runners of a work directory that still run. */
async function runnersIn(workDirectory: string): Promise<readonly string[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(numbers.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(workDirectory) && line.includes('runner.sh'));
}
