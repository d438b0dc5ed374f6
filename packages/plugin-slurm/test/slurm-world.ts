import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@interlink/runtime';
import type { Plugin, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';
import type { SlurmCluster } from '@interlink/testbed';
import { createSlurmPlugin, pluginOptions, slurmConfigSchema, type SlurmConfigInput } from '../src/index.ts';
import type { SlurmPluginOptions } from '../src/create-slurm-plugin.ts';

/** The configuration of a plugin beside a cluster. */
export function configFor(cluster: SlurmCluster, root: string, config: SlurmConfigInput = {}): SlurmConfigInput {
  return {
    workDirectory: root,
    runtime: cluster.kind === 'host' ? 'none' : 'apptainer',
    ...config,
    commands: { environment: cluster.environment, wrapper: [...cluster.wrapper], ...config.commands },
  };
}

/** A plugin with this configuration. */
export function startPlugin(
  config: SlurmConfigInput,
  options: Pick<SlurmPluginOptions, 'onStep'> = {},
): Promise<Plugin> {
  const checked = slurmConfigSchema.parse(config);
  return createSlurmPlugin({ ...pluginOptions(checked, ''), logger: silentLogger, ...options });
}

/** A work directory of its own in a cluster. */
export async function newWorkDirectory(cluster: SlurmCluster): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(cluster.workDirectory, 'w-'));
  // A runner may be writing its last words.
  const options = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };
  return { path, [Symbol.asyncDispose]: () => rm(path, options) };
}

/** The jobs in the queue whose batch script lies in a work directory. */
export async function jobsOf(cluster: SlurmCluster, root: string): Promise<readonly string[]> {
  const { stdout } = await cluster.run(['squeue', '--noheader', '--states=all', '-O', 'JobID:|,State:|,Command:1000']);
  const lines = stdout.split('\n').filter((line) => line.includes(root));
  return lines.filter((line) => /\|(PENDING|RUNNING|CONFIGURING|COMPLETING)\s*\|/.test(line));
}

/** A pod of one container that runs a script. */
export function podWith(uid: string, script: string, more: Partial<NonNullable<Pod['spec']>> = {}): RetrievedPodData {
  const container = { name: 'main', image: 'busybox', command: ['/bin/sh', '-c', script] };
  return {
    pod: {
      metadata: { name: `name-of-${uid}`, namespace: 'default', uid },
      spec: { nodeName: 'vk', restartPolicy: 'Never', containers: [container], ...more },
    },
    container: [{ name: 'main' }],
  };
}

/** Asks until the answer is yes. */
export async function until(ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`not reached: ${ask.toString()}`);
    await delay(50);
  }
}

/** Waits until all containers of a pod run. */
export async function waitForStart(plugin: Plugin, pod: Pod): Promise<void> {
  await until(async () => {
    const [status] = await plugin.status([pod]);
    return status?.containers?.every(({ state }) => state?.running !== undefined) === true;
  });
}

/** Waits until all containers of a pod have terminated. */
export async function waitForEnd(plugin: Plugin, pod: Pod): Promise<PodStatus> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const [status] = await plugin.status([pod]);
    if (status?.containers?.every(({ state }) => state?.terminated !== undefined)) return status;
    if (Date.now() > deadline) throw new Error(`the pod has not ended, its last status: ${JSON.stringify(status)}`);
    await delay(50);
  }
}
