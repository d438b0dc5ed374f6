import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { BackendError } from '@interlink/spec';
import { type ParentTie } from './tie-to-parent.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

const logTailCharacters = 2000;

/** What to run as a component. */
export interface ComponentCommand {
  /** Name in messages. */
  readonly name: string;
  readonly executable: string;
  readonly arguments: readonly string[];
  /** Both outputs are appended here. */
  readonly logFile: string;
  readonly tie: ParentTie;
}

/** A running component. */
export interface ComponentProcess {
  readonly identity: ProcessIdentity;
  /** Rejects with a `BackendError` that holds the end of the log when the process ends, however it does. */
  readonly ended: Promise<never>;
}

/** Only what a program needs: proxies, cluster addresses and `ETCD_*` of the caller would change what it does. */
function componentEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}

async function endedError(command: ComponentCommand, how: string): Promise<BackendError> {
  const log = await readFile(command.logFile, 'utf8').catch(() => '');
  const logTail = log.slice(-logTailCharacters);
  const lastLine = logTail.trimEnd().split('\n').at(-1) ?? '';
  return new BackendError(`${command.name} ended (${how}): ${lastLine}`, { details: { logTail } });
}

type Exit = readonly [code: number | null, signal: NodeJS.Signals | null];

async function failWhenEnded(command: ComponentCommand, exit: Promise<Exit>): Promise<never> {
  const how = await exit.then(
    ([code, signal]) => signal ?? `exit code ${String(code)}`,
    (error: unknown) => String(error), // It could not be started at all.
  );
  throw await endedError(command, how);
}

/** Starts a component in a session of its own, so that Ctrl-C at a terminal reaches only its parent, which stops it in order. */
export async function startComponentProcess(command: ComponentCommand): Promise<ComponentProcess> {
  await using log = await open(command.logFile, 'a', 0o600);
  const [program = command.executable, ...rest] = command.tie.wrap([command.executable, ...command.arguments]);
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: componentEnvironment(),
  });
  const ended = failWhenEnded(command, once(child, 'exit') as unknown as Promise<Exit>);
  ended.catch(() => undefined); // Who wants to know waits for it.
  child.unref();
  if (child.pid === undefined) return await ended;
  const identity = await identifyProcess(child.pid);
  if (identity === undefined) return await ended;
  command.tie.watch(child.pid);
  return { identity, ended };
}
