import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { containerActions, type ContainerActions } from '../src/actions/container-actions.ts';
import {
  parseContainerHealth,
  parseContainerRecord,
  parseJobOutcome,
  type ContainerHealth,
  type ContainerRecord,
  type JobOutcome,
} from '../src/directory/container-record.ts';
import { formatNulList } from '../src/directory/nul-list.ts';
import { joinProgram, runnerProgram } from '../src/directory/runner-program.ts';
import { createLocalHost } from '../src/host/local-host.ts';
import { runCommand } from '../src/host/run-command.ts';
import type { CommandResult, RunOptions } from '../src/contract/host.ts';
import { startInNamespace, type NamespaceKind } from '../src/mounts/mount-namespaces.ts';
import { planOnHost } from '../src/mounts/plan-on-host.ts';

export interface TestContainer {
  readonly name: string;
  readonly kind?: 'init' | 'sidecar' | 'main';
  readonly argv: readonly string[];
  readonly environment?: readonly string[];
  readonly workingDirectory?: string;
  /** More files of the container, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Probes, hooks and whatever else of a container becomes settings of the runner. */
  readonly spec?: Partial<Container>;
  /** A mount namespace of its own, in which an empty directory of the job is at `/volume-of-test`. */
  readonly namespace?: NamespaceKind;
}

export interface TestJob {
  readonly containers: readonly TestContainer[];
  readonly restartPolicy?: 'Never' | 'OnFailure' | 'Always';
  readonly graceSeconds?: number;
  readonly deadlineSeconds?: number;
  /** More lines of the settings. */
  readonly settings?: readonly string[];
  /** Default 1, and 2 from the second on. */
  readonly backoffSeconds?: number;
}

function actionsOf({ name, spec }: TestContainer): ContainerActions {
  const pod = { metadata: { uid: 'u' }, spec: { containers: [{ name, image: 'i', ...spec }] } };
  return containerActions(resolvePod({ pod }).containers[0]!);
}

/** A job directory with the runner's files, and the real runner on it. */
export class RunnerWorld {
  readonly directory: string;
  readonly root: string;
  runner: ChildProcess | undefined;

  private constructor(root: string) {
    this.root = root;
    this.directory = join(root, 'pod-1');
  }

  static async create(job: TestJob): Promise<RunnerWorld> {
    const world = new RunnerWorld(await mkdtemp(join(tmpdir(), 'runner-')));
    await mkdir(join(world.root, 'changed'));
    await mkdir(join(world.directory, 'state'), { recursive: true });
    const lines = [
      `restart-policy ${job.restartPolicy ?? 'Never'}`,
      `grace-seconds ${job.graceSeconds ?? 30}`,
      `deadline-seconds ${job.deadlineSeconds ?? 0}`,
      `backoff-seconds ${job.backoffSeconds ?? 1} ${job.backoffSeconds ?? 2}`,
      ...(job.settings ?? []),
    ];
    for (const container of job.containers) {
      lines.push(`container ${container.kind ?? 'main'} ${container.name}`);
      if (container.spec?.terminationMessagePolicy) lines.push(`message-from-log ${container.name}`);
      lines.push(...actionsOf(container).settings);
      await world.writeContainer(container);
    }
    await writeFile(join(world.directory, 'settings'), `${lines.join('\n')}\n`);
    return world;
  }

  private async writeContainer(container: TestContainer): Promise<void> {
    const directory = join(this.directory, 'container', container.name);
    await mkdir(directory, { recursive: true });
    await mkdir(join(this.directory, 'logs', container.name), { recursive: true });
    await writeFile(join(directory, 'argv'), formatNulList(container.argv));
    await writeFile(join(directory, 'env'), formatNulList(container.environment ?? ['PATH=/usr/bin:/bin']));
    await writeFile(join(directory, 'workdir'), formatNulList([container.workingDirectory ?? '/']));
    for (const [name, text] of Object.entries(container.files ?? {})) await writeFile(join(directory, name), text);
    for (const entry of actionsOf(container).files) {
      if (entry.kind === 'file') await writeFile(join(directory, entry.path), entry.content);
    }
    if (container.namespace) await this.writeMounts(directory, container.namespace);
  }

  private async writeMounts(directory: string, kind: NamespaceKind): Promise<void> {
    const host = createLocalHost();
    const volume = join(this.directory, 'volume');
    await mkdir(volume, { recursive: true });
    const common = { source: volume, target: '/volume-of-test', readOnly: false, field: '' };
    const plan = await planOnHost(host, { binds: [{ ...common, type: 'directory', owned: true }] });
    const start = await startInNamespace(host, kind, { plan, directory });
    await writeFile(join(directory, 'enter'), formatNulList(start.enter ?? []));
    if (start.signals) await writeFile(join(directory, 'signals'), `${start.signals}\n`);
    for (const entry of start.files ?? []) {
      const path = join(directory, entry.path);
      if (entry.kind === 'directory') await mkdir(path, { recursive: true });
      else if (entry.kind === 'link') await symlink(entry.target, path);
      else await writeFile(path, entry.content);
    }
  }

  /** `launcher`: words before the runner's command. */
  start(environment: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin' }, launcher: readonly string[] = []): ChildProcess {
    const [program, ...rest] = [...launcher, 'bash', runnerProgram(), this.directory];
    this.runner = spawn(program, rest, {
      detached: true,
      env: environment,
      stdio: 'ignore',
    });
    return this.runner;
  }

  async run(environment?: NodeJS.ProcessEnv): Promise<number> {
    return await this.exitOf(this.start(environment));
  }

  async exitOf(runner: ChildProcess): Promise<number> {
    if (runner.exitCode === null && runner.signalCode === null) await once(runner, 'exit');
    return runner.exitCode ?? -1;
  }

  /** Runs a command inside a container. */
  async join(name: string, command: readonly string[], options?: RunOptions): Promise<CommandResult> {
    const rest = command.length === 0 ? [] : ['--', ...command];
    return await runCommand(['bash', joinProgram(runnerProgram()), this.directory, name, ...rest], options);
  }

  async state(name: string): Promise<ContainerRecord | undefined> {
    return parseContainerRecord(await this.text(`state/${name}.json`));
  }

  /** How a container with probes is; undefined where nothing is written. */
  async health(name: string): Promise<ContainerHealth | undefined> {
    return parseContainerHealth(await this.text(`state/${name}.health.json`));
  }

  /** Ends the job as a delete does. */
  async delete(graceSeconds: number): Promise<void> {
    await writeFile(join(this.directory, 'grace'), `${graceSeconds}\n`);
    this.runner?.kill('SIGTERM');
    if (this.runner) await this.exitOf(this.runner);
  }

  async outcome(): Promise<JobOutcome | undefined> {
    return parseJobOutcome(await this.text('outcome.json'));
  }

  async log(name: string, run = 0): Promise<string> {
    return await this.text(`logs/${name}/${run}.log`);
  }

  /** A file of the job; '' where there is none. */
  async text(path: string): Promise<string> {
    return await readFile(join(this.directory, path), 'latin1').catch(() => '');
  }

  async until(what: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(await what())) {
      if (Date.now() > deadline) throw new Error(`not reached: ${what.toString()}`);
      await delay(20);
    }
  }

  /** Containers have sessions of their own, which outlive a runner that was killed. */
  private async endContainers(): Promise<void> {
    for (const name of await readdir(join(this.directory, 'container'))) {
      const [pid = ''] = (await this.text(`container/${name}/session`)).split(' ');
      if (pid === '') continue;
      try {
        process.kill(-Number(pid), 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { runner } = this;
    if (runner?.exitCode === null && runner.signalCode === null && runner.pid !== undefined) {
      process.kill(-runner.pid, 'SIGKILL');
      await once(runner, 'exit');
      await this.endContainers();
    }
    await rm(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
