import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@interlink/runtime';
import type { Container, Plugin, Pod, PodStatus, Secret } from '@interlink/spec';
import { debian13User, ensureDebian13, startMachine, type Machine } from '@interlink/testbed';
import {
  createApptainerRuntime,
  createBatchPlugin,
  createLocalHost,
  type ApptainerOptions,
  type BatchJob,
  type BatchPolicy,
  type JobCommand,
  type JobQuery,
  type Scheduler,
} from '../src/index.ts';
import { statusOf, until } from './engine-world.ts';

/** A queueing system without a queue: jobs start at once in a machine with Apptainer, as a user of it. */
class MachineScheduler implements Scheduler {
  readonly name = 'machine';
  readonly runsHere = true;
  readonly queryIntervalSeconds = 0.2;
  private readonly jobs = new Map<string, { readonly uid: string; readonly process: ChildProcess }>();
  private readonly machine: Machine;
  private readonly root: string;
  private readonly user: string | undefined;

  constructor(machine: Machine, root: string, user: string | undefined) {
    this.machine = machine;
    this.root = root;
    this.user = user;
  }

  async submit(job: BatchJob): Promise<string> {
    if (this.user !== undefined) await this.machine.run(['chown', '--recursive', `${this.user}:`, job.directory]);
    const id = `${this.jobs.size + 1}`;
    const [program, ...rest] = this.machine.wrap(job.argv, { user: this.user });
    const process = spawn(program, rest, { stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } });
    this.jobs.set(id, { uid: job.uid, process });
    return id;
  }

  async cancel(id: string): Promise<void> {
    const job = this.jobs.get(id);
    if (job)
      await this.machine
        .run(['pkill', '-TERM', '-f', `^bash .*runner.sh ${this.root}/${job.uid}$`])
        .catch(() => undefined);
  }

  query(): Promise<JobQuery> {
    const entries = [...this.jobs].map(([id, { uid, process }]) => {
      const hasEnded = process.exitCode !== null || process.signalCode !== null;
      return [id, { phase: hasEnded ? 'ended' : 'running', word: hasEnded ? 'DONE' : 'RUNNING', uid }] as const;
    });
    return Promise.resolve({ complete: true, jobs: new Map(entries) });
  }

  find(uid: string): Promise<string | undefined> {
    return Promise.resolve([...this.jobs].find(([, job]) => job.uid === uid)?.[0]);
  }

  capacity(): Promise<Record<string, never>> {
    return Promise.resolve({});
  }

  enter(_: unknown, argv: readonly string[]): Promise<JobCommand> {
    return Promise.resolve({ argv });
  }

  async ended(): Promise<void> {
    for (const { process } of this.jobs.values()) {
      if (process.exitCode !== null || process.signalCode !== null) continue;
      process.kill('SIGKILL');
      await once(process, 'exit');
    }
  }
}

export interface ApptainerWorldOptions {
  /** Whether jobs run as a user other than root. */
  readonly asUser?: boolean;
  readonly sharedDirectories?: readonly string[];
  readonly runtime?: Partial<ApptainerOptions>;
  readonly policy?: BatchPolicy;
}

/** The real engine, the real runner and the real Apptainer, in a machine of their own. */
export class ApptainerWorld {
  readonly plugin: Plugin;
  readonly machine: Machine;
  readonly root: string;
  private readonly base: string;
  private readonly scheduler: MachineScheduler;
  private pods = 0;

  private constructor(parts: { base: string; machine: Machine; plugin: Plugin; scheduler: MachineScheduler }) {
    this.base = parts.base;
    this.root = join(parts.base, 'work');
    this.machine = parts.machine;
    this.plugin = parts.plugin;
    this.scheduler = parts.scheduler;
  }

  static async create(options: ApptainerWorldOptions = {}): Promise<ApptainerWorld> {
    const base = await mkdtemp(join(tmpdir(), 'apptainer-'));
    const root = join(base, 'work');
    await mkdir(root);
    await mkdir(join(base, 'machine'));
    const sharedDirectories = [root, ...(options.sharedDirectories ?? [])];
    const machine = await startMachine({
      directory: join(base, 'machine'),
      rootTree: await ensureDebian13(),
      sharedDirectories,
    });
    const user = options.asUser === true ? debian13User.name : undefined;
    const scheduler = new MachineScheduler(machine, root, user);
    const plugin = await createBatchPlugin({
      name: 'machine',
      scheduler,
      runtime: createApptainerRuntime({
        homeDirectory: user === undefined ? '/root' : `/home/${user}`,
        ...options.runtime,
      }),
      host: createLocalHost(),
      root,
      logger: silentLogger,
      ...(options.policy ? { policy: options.policy } : {}),
    });
    if (user !== undefined) await machine.run(['chown', '--recursive', `${user}:`, root]);
    return new ApptainerWorld({ base, machine, plugin, scheduler });
  }

  pod(container: Partial<Container>, secrets: readonly Secret[] = []): Pod {
    this.pods += 1;
    const uid = `pod-${this.pods}`;
    const imagePullSecrets = secrets.map(({ metadata }) => ({ name: metadata?.name ?? '' }));
    return {
      metadata: { name: uid, namespace: 'default', uid },
      spec: { nodeName: 'vk', restartPolicy: 'Never', imagePullSecrets, containers: [{ name: 'main', ...container }] },
    };
  }

  /** Runs a pod of one container to its end. */
  async run(container: Partial<Container>, secrets: readonly Secret[] = []): Promise<Run> {
    const pod = this.pod(container, secrets);
    await this.create(pod, secrets);
    return await this.ended(pod);
  }

  async create(pod: Pod, secrets: readonly Secret[] = []): Promise<void> {
    await this.plugin.create({ pod, container: [{ name: 'main' }], interlink: { imagePullSecrets: secrets } });
  }

  /** Until the container waits with such a message. */
  async waitsFor(pod: Pod, message: RegExp): Promise<void> {
    await until(
      () => statusOf(this.plugin, pod),
      ({ containers }) => message.test(containers?.[0]?.state?.waiting?.message ?? ''),
    );
  }

  async ended(pod: Pod): Promise<Run> {
    const status = await until(
      () => statusOf(this.plugin, pod),
      ({ interlink }) => interlink?.jobState === 'ended' || interlink?.jobState === 'lost',
    );
    return { status, main: status.containers?.[0], log: await this.log(pod) };
  }

  async log(pod: Pod): Promise<string> {
    const { uid = '', name = '', namespace = '' } = pod.metadata ?? {};
    const chunks = await this.plugin.logs({
      Namespace: namespace,
      PodUID: uid,
      PodName: name,
      ContainerName: 'main',
      Opts: {},
    });
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    return Buffer.concat(parts).toString('utf8');
  }

  async cached(): Promise<string[]> {
    return (await readdir(join(this.root, '.images'))).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.plugin[Symbol.asyncDispose]();
    await this.scheduler.ended();
    await this.machine[Symbol.asyncDispose]();
    await rm(this.base, { recursive: true, force: true });
  }
}

/** A pod that ended. */
export interface Run {
  readonly status: PodStatus;
  readonly main: NonNullable<PodStatus['containers']>[number] | undefined;
  readonly log: string;
}
