import { readFile } from 'node:fs/promises';
import { InternalError } from '@interlink/spec';
import { startComponentProcess } from '../components/component-process.ts';
import { identifyProcess, type ProcessIdentity } from '../components/process-identity.ts';
import { untied } from '../components/tie-to-parent.ts';
import { pollUntil } from '../control-plane/poll-until.ts';
import type { Machine } from './machine.ts';

const startTimeoutSeconds = 30;

/** A program that runs in a machine until it is stopped. */
export interface DaemonOptions {
  readonly name: string;
  /** It must stay in the foreground. */
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Both outputs are appended here. */
  readonly logFile: string;
}

/** A daemon of a machine. */
export interface Daemon {
  /** The daemon itself, as the host counts: it takes signals from there. */
  readonly identity: ProcessIdentity;
  /** Rejects with a `BackendError` that holds the end of the log when the daemon ends, however it does. */
  readonly ended: Promise<never>;
}

/** `nsenter` must have a child to enter a process namespace, and waits for it. */
async function findChild(parent: number): Promise<ProcessIdentity | undefined> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
  const child = children.trim();
  return child === '' ? undefined : identifyProcess(Number(child));
}

async function waitForChild(parent: number, name: string, signal: AbortSignal): Promise<ProcessIdentity> {
  let child: ProcessIdentity | undefined;
  const what = `the start of ${name}`;
  const isThere = async (): Promise<boolean> => (child = await findChild(parent)) !== undefined;
  await pollUntil(isThere, { what, timeoutSeconds: startTimeoutSeconds, pollMilliseconds: 5, signal });
  if (child === undefined) throw new InternalError(`${name} was lost`);
  return child;
}

/** Starts a daemon in a machine; it ends with the machine at the latest. */
export async function startDaemon(machine: Machine, options: DaemonOptions): Promise<Daemon> {
  const variables = Object.entries(options.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  const [executable, ...rest] = machine.wrap(['env', ...variables, ...options.argv]);
  const entered = await startComponentProcess({
    name: options.name,
    executable,
    arguments: rest,
    logFile: options.logFile,
    tie: untied,
  });
  const found = new AbortController();
  try {
    const identity = await Promise.race([
      entered.ended,
      waitForChild(entered.identity.pid, options.name, found.signal),
    ]);
    return { identity, ended: entered.ended };
  } finally {
    found.abort();
  }
}
