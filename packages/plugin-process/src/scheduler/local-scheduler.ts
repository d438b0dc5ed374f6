import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  defaultPath,
  jobFiles,
  runnerProgram,
  type BatchJob,
  type Capacity,
  type JobState,
  type Scheduler,
} from '@interlink/batch';
import { BackendError, UnavailableError } from '@interlink/spec';
import { endSessions } from './end-sessions.ts';
import { formatProcessJobId, parseProcessJobId, type ProcessJobId } from './process-job-id.ts';
import { listProcessIds, readArguments, readBootId, readProcess } from './process-table.ts';

/** What {@link createLocalScheduler} needs. */
export interface LocalSchedulerOptions {
  /** Work directory: runners of other directories are not ours. */
  readonly root: string;
  /** What to report; absent values are read from the machine. */
  readonly capacity?: Capacity;
  /** Time between two looks at the process table. Default 5. */
  readonly queryIntervalSeconds?: number;
}

const defaultQueryIntervalSeconds = 5;
const defaultPods = 110;
const claimDeadlineMilliseconds = 30_000;
const claimPauseMilliseconds = { first: 4, longest: 50 };
const outputTailBytes = 2000;
const lastOrderlyExitCode = 1;

/** Jobs are processes of this machine, each the runner in a session of its own, which outlive this process. */
export function createLocalScheduler(options: LocalSchedulerOptions): Scheduler {
  const listeners = new Set<() => void>();
  const runner = runnerProgram();
  return {
    name: 'process',
    queryIntervalSeconds: options.queryIntervalSeconds ?? defaultQueryIntervalSeconds,
    submit: (job) => submit(job, () => listeners.forEach((listener) => listener())),
    cancel: async (id, { directory, force }) => {
      const job = parseProcessJobId(id);
      if (force) await endSessions(directory, id);
      else if (job && isAlive(job)) signalProcess(job.pid, 'SIGTERM');
    },
    query: async () => ({ complete: true, jobs: await findRunners(runner, options.root) }),
    find: async (uid) => {
      for (const [id, state] of await findRunners(runner, options.root)) if (state.uid === uid) return id;
      return undefined;
    },
    enter: () => [],
    capacity: () =>
      Promise.resolve({
        cpuCores: availableParallelism(),
        memoryBytes: totalmem(),
        pods: defaultPods,
        ...options.capacity,
      }),
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
  };
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended in between, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      throw new UnavailableError('the job cannot be signalled', { cause: error });
  }
}

function isAlive({ pid, startTicks, bootId }: ProcessJobId): boolean {
  return bootId === readBootId() && readProcess(pid)?.startTicks === startTicks;
}

/** The runners of this work directory: of the processes with such a command line, those that lead their session. */
async function findRunners(runner: string, root: string): Promise<Map<string, JobState>> {
  const bootId = readBootId();
  const jobs = new Map<string, JobState>();
  for await (const pid of listProcessIds()) {
    const [, program, directory = '', ...rest] = readArguments(pid);
    if (basename(program ?? '') !== basename(runner) || dirname(directory) !== root || rest.length > 0) continue;
    const facts = readProcess(pid);
    if (facts?.session !== pid) continue;
    const id = formatProcessJobId({ pid, startTicks: facts.startTicks, bootId });
    jobs.set(id, { phase: 'running', word: 'running', uid: basename(directory) });
  }
  return jobs;
}

async function submit(job: BatchJob, onExit: () => void): Promise<string> {
  const child = await startDetached(job);
  child.once('exit', (code) => {
    // A runner that came to its end has said how; only one that did not is news.
    if (code === null || code > lastOrderlyExitCode) onExit();
  });
  return await waitForClaim(job, child);
}

async function startDetached(job: BatchJob): Promise<ChildProcess> {
  const [program = '', ...rest] = job.argv;
  const output = await open(`${job.directory}/${jobFiles.output}`, 'a', 0o600).catch((error: unknown) => {
    throw new UnavailableError('the output file of the job cannot be made', { cause: error });
  });
  try {
    const child = spawn(program, rest, {
      detached: true,
      cwd: '/',
      // Nothing of this process's environment: it may hold credentials.
      env: { PATH: defaultPath },
      stdio: ['ignore', output.fd, output.fd],
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new BackendError(`${program} cannot be started`, { cause: error });
    });
    child.unref();
    return child;
  } finally {
    await output.close();
  }
}

/** The runner's first act names the job: of two runners of one pod, only one gets so far, and its id is the pod's. */
async function waitForClaim(job: BatchJob, child: ChildProcess): Promise<string> {
  const deadline = performance.now() + claimDeadlineMilliseconds;
  let pause = claimPauseMilliseconds.first;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    await delay(pause);
    const id = await readClaim(job.directory);
    if (id !== undefined) return id;
    pause = Math.min(pause * 2, claimPauseMilliseconds.longest);
  }
  const id = await readClaim(job.directory);
  if (id !== undefined) return id;
  if (child.exitCode === null && child.signalCode === null)
    throw new UnavailableError('the runner did not report in time');
  const text = await readFile(`${job.directory}/${jobFiles.output}`, 'utf8').catch(() => '');
  throw new BackendError('the runner could not start', {
    details: { exitCode: child.exitCode, output: text.slice(-outputTailBytes) },
  });
}

async function readClaim(directory: string): Promise<string | undefined> {
  const text = await readFile(`${directory}/${jobFiles.jobId}`, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new UnavailableError('the job directory cannot be read', { cause: error });
  });
  return text.endsWith('\n') ? text.trim() : undefined;
}
