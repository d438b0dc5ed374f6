import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Node } from '@interlink/spec';
import { startChain, startControlPlane, type Chain, type ChainLink } from '@interlink/testbed';
import { buildApps } from './built-app.ts';

/** What a benchmark works with. */
export interface BenchWorld {
  readonly client: KubeClient;
  readonly chain: Chain;
  readonly directory: string;
  /** Program and arguments for a command of kubectl. */
  kubectl(...args: readonly string[]): [program: string, args: string[]];
}

/** Name of the node that the chain keeps. */
export const nodeName = 'bench';

/** Waits, by polling, until something holds; at most ten minutes. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 600_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the benchmark waited ten minutes in vain');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function nodeIsReady(client: KubeClient): Promise<boolean> {
  const node = await client.request<Node>({ method: 'GET', path: `/api/v1/nodes/${nodeName}` }).catch(() => undefined);
  return node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

const apps = ['interlink-process', 'interlink-api', 'interlink-virtual-kubelet'];

/** `CHAIN_NODE_OPTIONS` are options of Node for each process of the chain, e.g. `--cpu-prof --cpu-prof-dir=/tmp/profiles`. */
function nodeOptions(): Partial<Record<ChainLink, { environment: Record<string, string> }>> {
  const options = process.env['CHAIN_NODE_OPTIONS'];
  if (options === undefined) return {};
  const change = { environment: { NODE_OPTIONS: options } };
  return { plugin: change, api: change, 'virtual-kubelet': change };
}

/** A control plane and the chain of three processes on this machine, built as users run them, for one benchmark. */
export async function withChain<T>(
  options: { readonly pluginProgram?: string },
  use: (world: BenchWorld) => Promise<T>,
): Promise<T> {
  await buildApps(apps);
  const directory = await mkdtemp(join(tmpdir(), 'il-bench-'));
  try {
    await using controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
    const { kubeconfigFile } = controlPlane;
    await using client = await createKubeClient({ kubeconfigFile, logger: silentLogger });
    const place = { directory: join(directory, 'chain'), nodeName, kubeconfigFile };
    await using chain = await startChain({ ...options, ...place, isBuilt: true, changes: nodeOptions() });
    await until(() => nodeIsReady(client));
    const kubectl = (...args: readonly string[]): [string, string[]] => [
      controlPlane.kubectl,
      ['--kubeconfig', kubeconfigFile, ...args],
    ];
    return await use({ client, chain, directory, kubectl });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
