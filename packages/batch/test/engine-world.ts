import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@interlink/runtime';
import type { Plugin, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';
import {
  createBatchPlugin,
  createLocalHost,
  createNoneRuntime,
  type BatchPolicy,
  type EngineStep,
} from '../src/index.ts';
import { FakeScheduler } from './fake-scheduler.ts';

export interface WorldOptions {
  readonly queryIntervalSeconds?: number;
  readonly policy?: BatchPolicy;
}

/** A work directory, a fake scheduler and the real engine, which can be started again over both. */
export class EngineWorld {
  readonly root: string;
  readonly scheduler: FakeScheduler;
  private readonly policy: BatchPolicy;
  private readonly plugins: Plugin[] = [];

  private constructor(root: string, options: WorldOptions) {
    this.root = root;
    this.scheduler = new FakeScheduler(options.queryIntervalSeconds);
    this.policy = options.policy ?? {};
  }

  static async create(options: WorldOptions = {}): Promise<EngineWorld> {
    return new EngineWorld(await mkdtemp(join(tmpdir(), 'engine-')), options);
  }

  /** A plugin over the work directory; the one before may still be there, as after a crash. */
  async start(onStep?: (step: EngineStep) => Promise<void>): Promise<Plugin> {
    const host = createLocalHost();
    const namespaces = { kind: 'unavailable', reason: 'not in this test' } as const;
    const plugin = await createBatchPlugin({
      name: 'fake',
      scheduler: this.scheduler,
      runtime: createNoneRuntime({ host, namespaces }),
      host,
      root: this.root,
      policy: this.policy,
      logger: silentLogger,
      ...(onStep ? { onStep } : {}),
    });
    this.plugins.push(plugin);
    return plugin;
  }

  /** A plugin after one that hangs for ever, as a process that was killed: nothing will dispose that one. */
  async restartAfterCrash(): Promise<Plugin> {
    this.plugins.length = 0;
    return await this.start();
  }

  /** Writes what the runner would. */
  async writeState(uid: string, name: string, state: object): Promise<void> {
    await writeFile(join(this.root, uid, 'state', `${name}.json`), JSON.stringify({ restartCount: 0, ...state }));
    await this.touch(uid);
  }

  async writeOutcome(uid: string, reason = 'Completed'): Promise<void> {
    await writeFile(join(this.root, uid, 'outcome.json'), JSON.stringify({ reason, finishedAt: 1000 }));
    await this.touch(uid);
  }

  /** As the runner does when somebody tells it to end the pod. */
  async writeStop(uid: string, reason = 'Terminated'): Promise<void> {
    await writeFile(join(this.root, uid, 'stopping'), `12345\n${reason} 100.5\n`);
    await this.touch(uid);
  }

  async touch(uid: string): Promise<void> {
    await writeFile(join(this.root, 'changed', uid), '.');
  }

  async writeFile(uid: string, name: string, text: string): Promise<void> {
    await writeFile(join(this.root, uid, name), text);
  }

  async remove(...parts: string[]): Promise<void> {
    await rm(join(this.root, ...parts));
  }

  async exists(...parts: string[]): Promise<boolean> {
    return await access(join(this.root, ...parts)).then(
      () => true,
      () => false,
    );
  }

  async read(...parts: string[]): Promise<string> {
    return await readFile(join(this.root, ...parts), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const plugin of this.plugins) await plugin[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
  }
}

export function samplePod(uid = 'pod-1', spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  const containers = [{ name: 'main', image: 'busybox', command: ['true'] }];
  return {
    metadata: { name: `name-of-${uid}`, namespace: 'default', uid },
    spec: { nodeName: 'vk', restartPolicy: 'Never', containers, ...spec },
  };
}

export function sampleData(pod: Pod = samplePod()): RetrievedPodData {
  return { pod, container: [{ name: 'main' }] };
}

export async function statusOf(plugin: Plugin, pod: Pod = samplePod()): Promise<PodStatus> {
  const [status] = await plugin.status([pod]);
  if (!status) throw new Error('no status');
  return status;
}

export async function until<T>(ask: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await ask();
    if (reached(value)) return value;
    if (Date.now() > deadline) throw new Error(`not reached, last: ${JSON.stringify(value)}`);
    await delay(10);
  }
}
