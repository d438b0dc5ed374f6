import { spawn, type ChildProcessWithoutNullStreams, type SpawnOptionsWithoutStdio } from 'node:child_process';
import { constants } from 'node:os';
import { BackendError, TimeoutError } from '@interlink/spec';
import type { CommandResult, RunOptions } from '../contract/host.ts';
import { errorCode } from './file-error.ts';

const defaultDeadlineSeconds = 30;
const millisecondsPerSecond = 1000;
const outputLimitBytes = 64 * 1024 * 1024;

/** The `PATH` of commands and of containers that name none. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** See `Host.run`. */
export function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = argv;
  const deadlineSeconds = options.deadlineSeconds ?? defaultDeadlineSeconds;
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = startProgram(program, rest, { env: { ...(options.environment ?? { PATH: defaultPath }) } });
    const output = { stdout: collect(child.stdout), stderr: collect(child.stderr) };
    const end = (error?: Error): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      if (error) reject(error);
    };
    const kill = (error: Error): void => {
      child.kill('SIGKILL');
      end(error);
    };
    const abort = (): void => kill(options.signal?.reason as Error);
    const late = (): void => kill(new TimeoutError(`${program} did not end within ${deadlineSeconds} s`));
    const timer = setTimeout(late, deadlineSeconds * millisecondsPerSecond);
    options.signal?.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => end(notStarted(program, error)));
    child.once('close', (code, signal) => {
      end();
      resolve({
        exitCode: code ?? 128 + constants.signals[signal as NodeJS.Signals],
        stdout: output.stdout(),
        stderr: output.stderr(),
      });
    });
    // A command that does not read its input closes it early.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin);
  });
}

/** A child process with pipes. Some reasons not to start one `spawn` throws, of others its event `error` tells. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio,
): ChildProcessWithoutNullStreams {
  try {
    return spawn(program, args, { ...options, stdio: 'pipe' });
  } catch (error) {
    throw notStarted(program, error);
  }
}

/** The error for a program that cannot be started; by its code (`ENOENT`, `E2BIG`) people know why. */
export function notStarted(program: string, error: unknown): BackendError {
  return new BackendError(`${program} cannot be started: ${errorCode(error) ?? 'unknown error'}`, { cause: error });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= outputLimitBytes) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
