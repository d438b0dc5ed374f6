import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PodStats } from '@interlink/spec';
import { startChain, startControlPlane, type Chain, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';

const minutes = 60_000;
const run = promisify(execFile);

let directory: string;
let controlPlane: ControlPlane;
let chain: Chain;

interface Summary {
  readonly node: { readonly nodeName: string; readonly memory?: { readonly workingSetBytes: number } };
  readonly pods: readonly PodStats[];
}

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run(controlPlane.kubectl, ['--kubeconfig', controlPlane.kubeconfigFile, ...args]);
  return stdout;
}

/** An API server passes no request on to a loopback address. */
function outerAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  if (outer === undefined) throw new Error('this machine has no address but loopback');
  return outer.address;
}

const raw = (path: string): Promise<string> => kubectl('get', '--raw', `/api/v1/nodes/hpc/proxy/${path}`);

async function eventually<T>(ask: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + minutes;
  for (;;) {
    const value = await ask();
    if (reached(value)) return value;
    if (Date.now() > deadline) throw new Error(`not reached, last: ${JSON.stringify(value)}`);
    await delay(200);
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-stats-'));
  controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  const { kubeconfigFile } = controlPlane;
  const nodeAddress = outerAddress();
  chain = await startChain({ directory: join(directory, 'chain'), nodeName: 'hpc', kubeconfigFile, nodeAddress });
  const containers = { burner: 'while :; do :; done', sleeper: 'sleep 100000' };
  const spec = {
    nodeName: 'hpc',
    tolerations: [{ operator: 'Exists' }],
    containers: Object.entries(containers).map(([name, script]) => ({
      name,
      image: 'busybox',
      command: ['sh', '-c', script],
    })),
  };
  const overrides = JSON.stringify({ spec });
  await kubectl('run', 'busy', '--image=busybox', '--restart=Never', `--overrides=${overrides}`);
  await kubectl('wait', '--for=condition=Ready', '--timeout=120s', 'pod/busy');
}, 15 * minutes);

afterAll(async () => {
  await kubectl('delete', 'pod', '--all', '--grace-period=0', '--force');
  await chain[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 2 * minutes);

it('a container that burns processor time shows in stats/summary, one that sleeps does not', async () => {
  const cpuOf = ({ pods }: Summary, name: string) => pods[0]?.containers.find((found) => found.name === name)?.cpu;
  const summary = await eventually(
    async () => JSON.parse(await raw('stats/summary')) as Summary,
    (found) =>
      (cpuOf(found, 'burner')?.usageCoreNanoSeconds ?? 0) > 1e9 && cpuOf(found, 'burner')?.usageNanoCores !== undefined,
  );
  expect(summary.node).toMatchObject({ nodeName: 'hpc' });
  expect(summary.pods).toHaveLength(1);
  expect(summary.pods[0]?.podRef).toMatchObject({ name: 'busy', namespace: 'default' });
  expect(cpuOf(summary, 'burner')?.usageNanoCores).toBeGreaterThan(0);
  expect(cpuOf(summary, 'sleeper')?.usageCoreNanoSeconds).toBeLessThan(0.5e9);
  expect(summary.node.memory?.workingSetBytes).toBeGreaterThan(0);
});

it('metrics/resource has the series that the metrics server reads', async () => {
  const text = await raw('metrics/resource');
  const labels = '{container="burner",pod="busy",namespace="default"}';
  for (const line of [
    `container_cpu_usage_seconds_total${labels} `,
    `container_memory_working_set_bytes${labels} `,
    `container_start_time_seconds${labels} `,
    'pod_cpu_usage_seconds_total{pod="busy",namespace="default"} ',
    'node_cpu_usage_seconds_total ',
    'resource_scrape_error 0',
  ])
    expect(text).toContain(`\n${line}`);
});
