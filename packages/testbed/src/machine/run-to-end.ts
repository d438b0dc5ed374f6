import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { BackendError } from '@interlink/spec';
import type { MachineRunOptions, MachineRunResult } from './machine.ts';

const shownCharacters = 2000;

/** How a command is run, and what it is called in errors. */
export interface RunToEndOptions extends Pick<MachineRunOptions, 'input' | 'environment' | 'signal'> {
  readonly name: string;
}

/** Runs a command; `BackendError` with the end of its standard error when it fails or is not there. */
export async function runToEnd(
  [program, ...rest]: readonly [string, ...string[]],
  { name, input = '', environment, signal }: RunToEndOptions,
): Promise<MachineRunResult> {
  const child = spawn(program, rest, { env: { ...process.env, ...environment }, signal });
  child.stdin.on('error', () => undefined); // It ended without reading everything: its exit code tells.
  child.stdin.end(input);
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, killedBy] = (await once(child, 'close').catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new BackendError(`${name} could not be run`, { cause });
  })) as [number | null, NodeJS.Signals | null];
  const [stdout, stderr] = await outputs;
  if (code === 0) return { stdout, stderr };
  const how = killedBy ?? `exit code ${String(code)}`;
  throw new BackendError(`${name} ended with ${how}: ${stderr.trimEnd().slice(-shownCharacters)}`, {
    details: { exitCode: code, stdout: stdout.slice(-shownCharacters) },
  });
}
