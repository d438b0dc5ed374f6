import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, ContainerState, LogOptions, Plugin, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';
import type { SlurmCluster } from '@interlink/testbed';
import type { SlurmConfigInput } from '../src/index.ts';
import { configFor, newWorkDirectory, startPlugin } from './slurm-world.ts';

/** A plugin on a cluster, with a work directory of its own. Containers have no image: the programs are the machine's. */
export interface PodWorld extends AsyncDisposable {
  readonly root: string;
  readonly plugin: Plugin;
  /** The plugin after this one, on what it left. */
  restart(): Promise<Plugin>;
}

export async function openPodWorld(cluster: SlurmCluster, more: SlurmConfigInput = {}): Promise<PodWorld> {
  const directory = await newWorkDirectory(cluster);
  const root = more.workDirectory === undefined ? directory.path : `${directory.path}/${more.workDirectory}`;
  const config = {
    ...configFor(cluster, root, { runtime: 'none', queryIntervalSeconds: 0.5, ...more }),
    workDirectory: root,
  };
  let plugin = await startPlugin(config);
  return {
    root,
    plugin,
    async restart() {
      await plugin[Symbol.asyncDispose]();
      plugin = await startPlugin(config);
      return plugin;
    },
    async [Symbol.asyncDispose]() {
      await plugin[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A container that runs a shell script. */
export function container(script: string, more: Partial<Container> = {}): Container {
  return { name: 'main', image: 'none', command: ['/bin/sh', '-c', script], ...more };
}

/** A pod of these containers, with options for sbatch. */
export function podOf(spec: Partial<NonNullable<Pod['spec']>>, flags?: string): Pod {
  const uid = randomUUID();
  const annotations = flags === undefined ? {} : { 'slurm-job.vk.io/flags': flags };
  const common = { nodeName: 'vk', restartPolicy: 'Never', containers: [container('true')] };
  return { metadata: { name: 'a-pod', namespace: 'default', uid, annotations }, spec: { ...common, ...spec } };
}

export function podRunning(script: string, flags?: string): Pod {
  return podOf({ containers: [container(script)] }, flags);
}

export function dataOf(pod: Pod): RetrievedPodData {
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  return { pod, container: all.map(({ name }) => ({ name })) };
}

export async function statusOf(plugin: Plugin, pod: Pod): Promise<PodStatus> {
  const [status] = await plugin.status([pod]);
  if (!status) throw new Error('no status');
  return status;
}

/** Asks for the status until it is as wanted. */
export async function until(plugin: Plugin, pod: Pod, wanted: (status: PodStatus) => boolean): Promise<PodStatus> {
  const deadline = Date.now() + 50_000;
  for (;;) {
    const status = await statusOf(plugin, pod);
    if (wanted(status)) return status;
    if (Date.now() > deadline) throw new Error(`not reached, last: ${JSON.stringify(status)}`);
    await delay(50);
  }
}

export const states = (status: PodStatus): readonly (ContainerState | undefined)[] =>
  [...(status.initContainers ?? []), ...(status.containers ?? [])].map(({ state }) => state);
export const isRunning = (status: PodStatus): boolean => states(status).every((state) => state?.running !== undefined);
export const hasEnded = (status: PodStatus): boolean =>
  states(status).every((state) => state?.terminated !== undefined);
export const isGone = (status: PodStatus): boolean => status.interlink?.state === 'gone';

export async function logOf(plugin: Plugin, pod: Pod, name = 'main', options: LogOptions = {}): Promise<string> {
  const { uid = '', namespace = '', name: podName = '' } = pod.metadata ?? {};
  const request = { Namespace: namespace, PodUID: uid, PodName: podName, ContainerName: name, Opts: options };
  const chunks: Uint8Array[] = [];
  for await (const chunk of await plugin.logs(request)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** A field of a job, by `squeue`. */
export async function jobField(cluster: SlurmCluster, id: string, field: string): Promise<string> {
  const { stdout } = await cluster.run(['squeue', '--noheader', '--states=all', `--jobs=${id}`, '-O', `${field}:|`]);
  return stdout.trim().replace(/\|$/, '');
}

/** Waits until a job is in a state. */
export async function untilJob(cluster: SlurmCluster, id: string, state: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await jobField(cluster, id, 'State')) !== state) {
    if (Date.now() > deadline) throw new Error(`job ${id} is ${await jobField(cluster, id, 'State')}, not ${state}`);
    await delay(100);
  }
}
