import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BackendError } from '@interlink/spec';

const keptLines = 12;

/** A command whose lines are looked at while it runs. */
export interface Command {
  /** Program and arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly directory?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with every line of both outputs. */
  readonly onLine?: (line: string) => void;
  /** Ends the command with SIGTERM. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a command to its end; a `BackendError` with its last lines when it fails or is not there. */
export async function runCommand(command: Command): Promise<void> {
  const [program, ...rest] = command.argv;
  const lastLines: string[] = [];
  const child = spawn(program, rest, {
    cwd: command.directory,
    env: { ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: command.signal,
  });
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
      command.onLine?.(line);
    });
  }
  const [code, signal] = (await once(child, 'close').catch((cause: unknown) => {
    command.signal?.throwIfAborted();
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new BackendError(missing ? `there is no ${program} on PATH` : `${program} could not be run`, { cause });
  })) as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  const how = signal ?? `exit code ${String(code)}`;
  throw new BackendError(`${program} ended with ${how}: ${lastLines.at(-1) ?? 'no output'}`, {
    details: { lastLines },
  });
}
