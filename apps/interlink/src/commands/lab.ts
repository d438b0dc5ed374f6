import { spawn } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aborted, createLogger, systemClock } from '@interlink/runtime';
import { BackendError } from '@interlink/spec';
import {
  controlPlaneStatus,
  createProgress,
  silentProgress,
  stopControlPlane,
  ensureControlPlaneBinaries,
} from '@interlink/testbed';
import { claimLab } from '../lab/claim-lab.ts';
import { labDirectory } from '../lab/lab-directory.ts';
import {
  readLabServer,
  readLabState,
  removeLabState,
  writeLabServer,
  writeLabState,
  type LabState,
} from '../lab/lab-state.ts';
import type { BackendName } from '../backend/backend.ts';
import { prepareBackend } from '../backend/prepare-backend.ts';
import { endPodsOfKilled } from '../backend/end-pods-of-killed.ts';
import { withLab } from '../lab/with-lab.ts';
import { formatTable } from '../print/format-table.ts';
import { createPrinter, type Printer } from '../print/printer.ts';

/** Command line of `interlink lab up`. */
export interface LabFlags {
  readonly backend?: BackendName;
}

const longestStartMilliseconds = 120_000;
const longestStopMilliseconds = 90_000;
const pauseMilliseconds = 200;

/** Where the pods of the lab live. */
function podDirectory(directory: string): string {
  return join(directory, 'run', 'pods');
}

function tell(state: LabState, printer: Printer): void {
  printer.line('the lab runs', 'good');
  const rows = [
    ['  export', `KUBECONFIG=${state.kubeconfigFile}`],
    ['  kubectl', state.kubectl],
    ['  node', state.nodeName],
  ];
  for (const line of formatTable(rows)) printer.line(line);
  printer.line('stop it with: interlink lab down', 'quiet');
}

/** Starts `interlink lab serve` as a process of its own, whose output goes to a file. */
async function spawnServer(
  directory: string,
  backend: BackendName,
): Promise<{ ended: () => boolean; logFile: string }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const logFile = join(directory, 'lab.log');
  const log = await open(logFile, 'a', 0o600);
  const main = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, main, 'lab', 'serve', directory, '--backend', backend], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  await log.close();
  return { ended: () => child.exitCode !== null || child.signalCode !== null, logFile };
}

/** Starts the lab and leaves it running. */
export async function labUp({ backend = 'process' }: LabFlags, signal: AbortSignal): Promise<number> {
  const printer = createPrinter();
  const directory = labDirectory();
  const running = await readLabState(directory);
  if (running !== undefined) {
    tell(running, printer);
    return 0;
  }
  const progress = createProgress();
  await ensureControlPlaneBinaries({ progress, signal });
  await prepareBackend(backend, { progress, signal });
  printer.line(`starting control plane, virtual kubelet, API server and ${backend} plugin (about 15 s)`);
  const server = await spawnServer(directory, backend);
  const deadline = systemClock.now() + longestStartMilliseconds;
  // Where two are started at once, one server gives way: the lab that becomes ready is the other one's.
  while (systemClock.now() < deadline && (!server.ended() || (await readLabServer(directory)) !== undefined)) {
    const state = await readLabState(directory);
    if (state !== undefined) {
      tell(state, printer);
      return 0;
    }
    await systemClock.sleep(pauseMilliseconds, { signal });
  }
  throw new BackendError(`the lab did not start; its log is ${server.logFile}`);
}

/** Stops the lab and takes everything of it away. */
export async function labDown(signal: AbortSignal): Promise<number> {
  const printer = createPrinter();
  const directory = labDirectory();
  const server = await readLabServer(directory);
  if (server !== undefined) {
    printer.line('stopping the lab');
    process.kill(server, 'SIGTERM');
    const deadline = systemClock.now() + longestStopMilliseconds;
    while ((await readLabServer(directory)) === server && systemClock.now() < deadline) {
      await systemClock.sleep(pauseMilliseconds, { signal });
    }
  }
  // What a killed lab left behind.
  await endPodsOfKilled(join(directory, 'run'), podDirectory(directory));
  await stopControlPlane(join(directory, 'run', 'control-plane'));
  await rm(directory, { recursive: true, force: true });
  printer.line(server === undefined ? 'there is no lab' : 'the lab has ended and its files are removed', 'quiet');
  return 0;
}

/** Says whether the lab runs, and how to reach it. Exit code 0 when it does, 1 when not. */
export async function labStatus(): Promise<number> {
  const printer = createPrinter();
  const directory = labDirectory();
  const state = await readLabState(directory);
  if (state === undefined) {
    printer.line('there is no lab; start one with: interlink lab up');
    return 1;
  }
  tell(state, printer);
  const { components } = await controlPlaneStatus(join(directory, 'run', 'control-plane'));
  for (const line of formatTable(Object.entries(components).map(([name, word]) => [`  ${name}`, word])))
    printer.line(line);
  return 0;
}

/** The lab's own process, which `interlink lab up` starts: runs until it is asked to stop. */
export async function labServe(
  directory: string,
  { backend = 'process' }: LabFlags,
  signal: AbortSignal,
): Promise<number> {
  await using _claim = await claimLab(directory);
  await writeLabServer(directory, process.pid);
  const logger = createLogger({ name: 'interlink-lab', pretty: false });
  const inner = join(directory, 'run');
  await rm(inner, { recursive: true, force: true });
  const options = { directory: inner, backend, podDirectory: podDirectory(directory), progress: silentProgress };
  return await withLab({ ...options, logger, signal }, async (lab) => {
    const { kubeconfigFile, kubectl, nodeName } = lab;
    await writeLabState(directory, { pid: process.pid, kubeconfigFile, kubectl, nodeName });
    await aborted(signal);
    return 0;
  }).finally(() => removeLabState(directory));
}
