import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tieToParent } from '../components/tie-to-parent.ts';

const apps = fileURLToPath(new URL('../../../../apps', import.meta.url));
const longestWaitMilliseconds = 60_000;

/** How an app is started. */
export interface AppOptions {
  /** Added to this process's environment; `undefined` takes a name away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Working directory. Default: this process's. */
  readonly directory?: string;
}

/** How an app ended. */
export interface AppEnd {
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** An app of this workspace as a process. Disposing kills it when it still runs. */
export interface AppProcess extends AsyncDisposable {
  readonly pid: number;
  /** Settles with the end of the process and of its output. */
  readonly ended: Promise<AppEnd>;
  /** What it has written to both outputs so far. */
  output(): string;
  /** Resolves once {@link output} contains the text; rejects with the output when the process ends first, or after a minute. */
  said(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading standard output, as `head` does when it has enough. */
  closeStdout(): void;
}

/**
 * Starts an app from its sources, as a process that dies with this one.
 *
 * @param app - Directory below `apps`.
 */
export async function startApp(app: string, args: readonly string[], options: AppOptions = {}): Promise<AppProcess> {
  const tie = await tieToParent();
  const main = join(apps, app, 'src', 'main.ts');
  const [program = '', ...rest] = tie.wrap([process.execPath, '--conditions=@interlink/source', main, ...args]);
  // A test runner's wish for colours is not the app's.
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...options.environment };
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'], cwd: options.directory });
  await once(child, 'spawn');
  if (child.pid !== undefined) tie.watch(child.pid);
  return toAppProcess(child);
}

/** Runs an app to its end. */
export async function runApp(app: string, args: readonly string[], options: AppOptions = {}): Promise<AppEnd> {
  await using started = await startApp(app, args, options);
  return await started.ended;
}

function collect(child: ChildProcess): Record<'stdout' | 'stderr', Buffer[]> {
  const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  child.stdout?.on('data', (chunk: Buffer) => written.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => written.stderr.push(chunk));
  return written;
}

function toAppProcess(child: ChildProcess): AppProcess {
  const written = collect(child);
  const output = (): string => Buffer.concat([...written.stdout, ...written.stderr]).toString();
  const ended = once(child, 'close').then(() => ({
    exitCode: child.exitCode ?? undefined,
    stdout: Buffer.concat(written.stdout),
    stderr: Buffer.concat(written.stderr).toString(),
  }));
  return {
    pid: child.pid ?? 0,
    ended,
    output,
    said: (text) => waitForText(text, child, output),
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout?.destroy(),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function waitForText(text: string | RegExp, child: ChildProcess, output: () => string): Promise<void> {
  const found = (): boolean => (typeof text === 'string' ? output().includes(text) : text.test(output()));
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.stderr?.off('data', look);
      child.off('close', fail);
      settled();
    };
    const look = (): void => {
      if (found()) settle(resolve);
    };
    const fail = (): void =>
      settle(found() ? resolve : () => reject(new Error(`${String(text)} was not said; this was:\n${output()}`)));
    const timer = setTimeout(fail, longestWaitMilliseconds);
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('close', fail);
    look();
  });
}
