import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  defaultPath,
  formatShippedScript,
  jobFiles,
  listProcessIds,
  readArguments,
  readBootId,
  readProcess,
  runnerProgram,
  shippedRoot,
  type BatchJob,
  type Capacity,
  type JobState,
  type Scheduler,
  type ShippingPolicy,
} from '@interlink/batch';
import { BackendError, UnavailableError } from '@interlink/spec';
import { endSessions } from './end-sessions.ts';
import { formatProcessJobId, parseProcessJobId, type ProcessJobId } from './process-job-id.ts';

/** What {@link createLocalScheduler} needs. */
export interface LocalSchedulerOptions {
  /** Work directory: runners of other directories are not ours. */
  readonly root: string;
  /** How jobs are shipped, where they are: runners of other directories are not ours. */
  readonly shipping?: ShippingPolicy;
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
const scriptName = 'job.sh';

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
      if (force && directory !== undefined) await endSessions(directory, id);
      else if (job && isAlive(job)) signalProcess(job.pid, 'SIGTERM');
    },
    query: async () => ({ complete: true, jobs: await findRunners(runner, options) }),
    find: async (uid) => {
      for (const [id, state] of await findRunners(runner, options)) if (state.uid === uid) return id;
      return undefined;
    },
    runsHere: true,
    enter: (_, argv) => Promise.resolve({ argv }),
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
async function findRunners(runner: string, place: JobPlaces): Promise<Map<string, JobState>> {
  const bootId = readBootId();
  const jobs = new Map<string, JobState>();
  for await (const pid of listProcessIds()) {
    const uid = uidOf(readArguments(pid), { ...place, runner: basename(runner) });
    const facts = uid === undefined ? undefined : readProcess(pid);
    if (uid === undefined || facts?.session !== pid) continue;
    jobs.set(formatProcessJobId({ pid, startTicks: facts.startTicks, bootId }), {
      phase: 'running',
      word: 'running',
      uid,
    });
  }
  return jobs;
}

type JobPlaces = Pick<LocalSchedulerOptions, 'root' | 'shipping'>;

/** The pod whose runner has this command line, or whose script is about to become it; undefined where it is none of ours. */
function uidOf(
  [, program = '', directory, ...rest]: readonly string[],
  { runner, root, shipping }: JobPlaces & { readonly runner: string },
): string | undefined {
  if (directory === undefined) {
    return basename(program) === scriptName && dirname(dirname(program)) === root
      ? basename(dirname(program))
      : undefined;
  }
  if (basename(program) !== runner || rest.length > 0) return undefined;
  const uid = basename(directory);
  const isShipped = shipping !== undefined && dirname(directory) === shippedRoot(shipping, uid);
  return isShipped || dirname(directory) === root ? uid : undefined;
}

async function submit(job: BatchJob, onExit: () => void): Promise<string> {
  const child = await startDetached(job, await programOf(job));
  child.once('exit', (code) => {
    // A runner that came to its end has said how; only one that did not is news.
    if (code === null || code > lastOrderlyExitCode) onExit();
  });
  try {
    return await waitForClaim(job, child);
  } finally {
    // It has the pod's secrets, and is unpacked by now or never.
    if (job.shipment) await rm(scriptPath(job), { force: true });
  }
}

/** What to start: the runner, or the script that brings it along. */
async function programOf(job: BatchJob): Promise<readonly string[]> {
  if (!job.shipment) return job.argv;
  await writeFile(scriptPath(job), formatShippedScript(job), { mode: 0o600 }).catch((error: unknown) => {
    throw new UnavailableError('the script of the job cannot be written', { cause: error });
  });
  return ['bash', scriptPath(job)];
}

function scriptPath({ directory }: BatchJob): string {
  return `${directory}/${scriptName}`;
}

/** Where the runner of a job says which process it is. */
function claimDirectory({ directory, uid, shipment }: BatchJob): string {
  return shipment ? `${shipment.root}/${uid}` : directory;
}

async function startDetached(job: BatchJob, [program = '', ...rest]: readonly string[]): Promise<ChildProcess> {
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
    const id = await readClaim(claimDirectory(job));
    if (id !== undefined) return id;
    pause = Math.min(pause * 2, claimPauseMilliseconds.longest);
  }
  const id = await readClaim(claimDirectory(job));
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
