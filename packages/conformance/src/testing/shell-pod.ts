import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { resolvePod } from '@interlink/plugin-sdk';
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';
import { createMemoryLog, type MemoryLog } from './memory-log.ts';

/** What a command needs that is run beside a container. */
export interface RunningContainer {
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string | undefined;
  /** Where the pod asks for an input. */
  readonly stdin: Writable | undefined;
  /** Whether the first who writes ends it. */
  readonly isOnce: boolean;
}

/** A pod whose containers are processes of this one. */
export interface ShellPod {
  readonly pod: Pod;
  readonly jobId: string;
  readonly isDeleted: boolean;
  status(): PodStatus;
  log(container: string): MemoryLog | undefined;
  /** undefined while the container does not run. */
  running(container: string): RunningContainer | undefined;
  /** Ends a process with the pod. */
  join(child: ChildProcess): void;
  /** Kills what runs; resolves when nothing does. */
  stop(): Promise<void>;
}

const signalExitCode = 137;
const notStartedExitCode = 127;

/** Runs the init containers one after the other, then the main containers together. `changed` is called at every transition. */
export function startShellPod(data: RetrievedPodData, jobId: string, changed: () => void): ShellPod {
  const { pod } = data;
  const { initContainers, containers } = resolvePod(data);
  const resolved = new Map([...initContainers, ...containers].map((container) => [container.name, container]));
  const init = pod.spec?.initContainers ?? [];
  const main = pod.spec?.containers ?? [];
  const states = new Map<string, ContainerState>();
  const logs = new Map([...init, ...main].map((container) => [container.name, createMemoryLog()]));
  const children = new Set<ChildProcess>();
  const joined = new Set<ChildProcess>();
  const running = new Map<string, RunningContainer>();
  let isDeleted = false;

  function set(name: string, state: ContainerState): void {
    states.set(name, state);
    changed();
  }

  function run(container: Container): Promise<number> {
    const { command = [], args = [], environment = [], workingDirectory } = resolved.get(container.name) ?? {};
    const [program = 'true', ...rest] = [...command, ...args];
    const own = { PATH: process.env['PATH'], ...Object.fromEntries(environment) };
    const hasInput = container.stdin === true;
    const child = spawn(program, rest, {
      env: own,
      ...(workingDirectory === undefined ? {} : { cwd: workingDirectory }),
      detached: true,
      stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined);
    running.set(container.name, {
      environment: own,
      directory: workingDirectory,
      stdin: child.stdin ?? undefined,
      isOnce: container.stdinOnce === true,
    });
    const startedAt = new Date().toISOString();
    children.add(child);
    set(container.name, { running: { startedAt } });
    const log = logs.get(container.name);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => log?.append(bytes));
    return new Promise((resolve) => {
      // Followed by its close.
      child.on('error', () => undefined);
      child.on('close', (code) => {
        children.delete(child);
        running.delete(container.name);
        const exitCode = code === null ? signalExitCode : code < 0 ? notStartedExitCode : code;
        log?.end();
        const reason = exitCode === 0 ? 'Completed' : 'Error';
        set(container.name, { terminated: { exitCode, reason, startedAt, finishedAt: new Date().toISOString() } });
        resolve(exitCode);
      });
    });
  }

  async function runAll(): Promise<void> {
    for (const container of init) {
      if (isDeleted || (await run(container)) !== 0) return;
    }
    if (!isDeleted) await Promise.all(main.map(run));
  }

  const done = Promise.resolve().then(runAll);
  const describe = (container: Container): ContainerStatus => statusOf(container, states.get(container.name));
  return {
    pod,
    jobId,
    get isDeleted() {
      return isDeleted;
    },
    status: () => ({
      name: pod.metadata?.name ?? '',
      namespace: pod.metadata?.namespace ?? '',
      UID: pod.metadata?.uid ?? '',
      JID: jobId,
      containers: main.map(describe),
      initContainers: init.map(describe),
      interlink: { state: 'known' },
    }),
    log: (container) => logs.get(container),
    running: (container) => running.get(container),
    join(child) {
      joined.add(child);
      child.once('exit', () => joined.delete(child));
    },
    async stop() {
      isDeleted = true;
      for (const child of [...children, ...joined]) killGroup(child);
      await done;
      for (const log of logs.values()) log.end();
    },
  };
}

/** A group that has just ended cannot be killed any more. */
export function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The status of a container that waits, or of one whose state is known. */
export function statusOf(
  container: Container,
  state: ContainerState = { waiting: { reason: 'PodInitializing' } },
): ContainerStatus {
  return { name: container.name, state, ready: false, restartCount: 0, image: container.image ?? '', imageID: '' };
}
