import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InternalError } from '@interlink/spec';
import { startComponentProcess } from '../components/component-process.ts';
import { endProcess } from '../components/end-process.ts';
import { identifyProcess, type ProcessIdentity } from '../components/process-identity.ts';
import { tieToParent } from '../components/tie-to-parent.ts';
import { pollUntil } from '../control-plane/poll-until.ts';
import { buildEnterCommand } from './enter-machine.ts';
import { thawCgroups, type MachineCgroups } from './machine-cgroups.ts';
import { machineScript } from './machine-script.ts';
import type { Machine } from './machine.ts';
import { runToEnd } from './run-to-end.ts';

const startTimeoutSeconds = 30;

/** What a machine is made of. */
export interface MachineOptions {
  /** An empty directory for its own few files; the caller's, who removes it after the machine's end. */
  readonly directory: string;
  /** The root tree, which is never written to. Default: the host's own root, which is shared and writable. */
  readonly rootTree?: string | undefined;
  /** Directories that are in the machine under the same path. Only with `rootTree`: otherwise all are. */
  readonly sharedDirectories?: readonly string[];
  /** Cgroups that the machine takes for the roots of their hierarchies. Default: it shares the host's. */
  readonly cgroups?: MachineCgroups | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

async function waitForInit(pidFile: string, signal: AbortSignal | undefined): Promise<ProcessIdentity> {
  await pollUntil(async () => (await readPid(pidFile)) !== undefined, {
    what: 'the start of the machine',
    timeoutSeconds: startTimeoutSeconds,
    pollMilliseconds: 10,
    signal,
  });
  const identity = await identifyProcess((await readPid(pidFile)) ?? 0);
  if (identity === undefined) throw new InternalError('a machine ended as soon as it had started');
  return identity;
}

async function startInit(options: MachineOptions): Promise<ProcessIdentity> {
  const { directory, rootTree = '', sharedDirectories = [], cgroups = { name: '', controllers: [] } } = options;
  const program = join(directory, 'init');
  await writeFile(program, machineScript);
  const script = [
    'sh',
    program,
    directory,
    rootTree,
    cgroups.name,
    cgroups.controllers.join(' '),
    ...sharedDirectories,
  ];
  const unshare = await startComponentProcess({
    name: 'the machine',
    executable: 'unshare',
    arguments: ['--mount', '--pid', '--fork', '--kill-child', '--', ...script],
    logFile: join(directory, 'machine.log'),
    tie: await tieToParent(),
  });
  try {
    return await Promise.race([unshare.ended, waitForInit(join(directory, 'pid'), options.signal)]);
  } catch (error) {
    await endProcess(unshare.identity, { graceSeconds: 0 });
    throw error;
  }
}

/**
 * Starts a machine; takes about 0.1 s. Needs Linux, root and util-linux. It dies with this process, even when that is killed. A
 * `BackendError` with the system's words when it cannot be made.
 */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const init = await startInit(options);
  const wrap: Machine['wrap'] = (argv, where) =>
    buildEnterCommand({ pid: init.pid, ownRoot: options.rootTree !== undefined }, argv, where);
  return {
    pid: init.pid,
    wrap,
    run: (argv, options = {}) => runToEnd(wrap(argv, options), { ...options, name: argv[0] ?? '' }),
    [Symbol.asyncDispose]: async () => {
      if (options.cgroups !== undefined) await thawCgroups(options.cgroups.name);
      await endProcess(init, { graceSeconds: 0 });
    },
  };
}
