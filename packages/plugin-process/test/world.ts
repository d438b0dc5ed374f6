import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@interlink/runtime';
import type {
  Container,
  LogOptions,
  Plugin,
  Pod,
  PodStatus,
  RetrievedContainer,
  RetrievedPodData,
} from '@interlink/spec';
import { createProcessPlugin, type ProcessPluginOptions } from '../src/index.ts';

/** A work directory and real plugins over it. Leaves no process and no file behind. */
export class ProcessWorld {
  readonly root: string;
  private readonly plugins: Plugin[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<ProcessWorld> {
    return new ProcessWorld(await mkdtemp(join(tmpdir(), 'process-')));
  }

  async start(options: Partial<ProcessPluginOptions> = {}): Promise<Plugin> {
    const plugin = await createProcessPlugin({
      root: this.root,
      runtime: 'none',
      queryIntervalSeconds: 0.5,
      logger: silentLogger,
      ...options,
    });
    this.plugins.push(plugin);
    return plugin;
  }

  /** Processes of this world's jobs: runners, and all in the sessions that these noted. */
  async processes(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const directory = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
      if (!state.includes(') Z') && (command.includes(this.root) || directory.includes(this.root)))
        found.push(`${pid} ${command}`);
    }
    return found;
  }

  async exists(...parts: string[]): Promise<boolean> {
    return await access(join(this.root, ...parts)).then(
      () => true,
      () => false,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const plugin = this.plugins.at(-1);
    if (plugin) {
      const held = (await plugin.list?.().catch(() => [])) ?? [];
      const pods = held.map(({ uid, name, namespace }) => ({
        metadata: { uid, name, namespace, deletionGracePeriodSeconds: 0 },
      }));
      await Promise.all(pods.map((pod) => plugin.delete(pod)));
      await until(
        () => plugin.status(pods),
        (statuses) => statuses.every(({ interlink }) => interlink?.state === 'gone'),
      );
    }
    for (const started of this.plugins) await started[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
  }
}

export type TestContainer = Partial<Container> & { readonly script?: string };

/** A container that runs a shell script. */
export function container({ script = 'true', ...rest }: TestContainer = {}): Container {
  return { name: 'main', image: 'busybox', command: ['sh', '-c', script], ...rest };
}

export function podWith(spec: Partial<NonNullable<Pod['spec']>> = {}, uid = 'pod-1'): Pod {
  return {
    metadata: { name: `name-of-${uid}`, namespace: 'default', uid },
    spec: { nodeName: 'vk', restartPolicy: 'Never', containers: [container()], ...spec },
  };
}

export function dataOf(pod: Pod, objects: Partial<RetrievedContainer> = {}): RetrievedPodData {
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  return { pod, container: all.map(({ name }) => ({ ...objects, name })) };
}

export async function until<T>(ask: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const value = await ask();
    if (reached(value)) return value;
    if (Date.now() > deadline) throw new Error(`not reached, last: ${JSON.stringify(value)}`);
    await delay(20);
  }
}

export async function statusOf(plugin: Plugin, pod: Pod): Promise<PodStatus> {
  const [status] = await plugin.status([pod]);
  if (!status) throw new Error('no status');
  return status;
}

/** Waits for the end of the pod's job. */
export async function ended(plugin: Plugin, pod: Pod): Promise<PodStatus> {
  return await until(
    () => statusOf(plugin, pod),
    ({ interlink }) => interlink?.jobState === 'ended' || interlink?.jobState === 'lost',
  );
}

export async function gone(plugin: Plugin, pod: Pod): Promise<void> {
  await until(
    () => statusOf(plugin, pod),
    ({ interlink }) => interlink?.state === 'gone',
  );
}

/** Creates a pod, waits for its end and gives its status. */
export async function ran(plugin: Plugin, pod: Pod, objects?: Partial<RetrievedContainer>): Promise<PodStatus> {
  await plugin.create(dataOf(pod, objects));
  return await ended(plugin, pod);
}

export async function logOf(plugin: Plugin, pod: Pod, name = 'main', options: LogOptions = {}): Promise<string> {
  const { uid = '', namespace = '', name: podName = '' } = pod.metadata ?? {};
  const request = { Namespace: namespace, PodUID: uid, PodName: podName, ContainerName: name, Opts: options };
  const chunks: Uint8Array[] = [];
  for await (const chunk of await plugin.logs(request)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export function exitCodes(status: PodStatus): (number | undefined)[] {
  return [...(status.initContainers ?? []), ...(status.containers ?? [])].map(
    ({ state }) => state?.terminated?.exitCode,
  );
}
