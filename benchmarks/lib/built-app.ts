import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const startSeconds = 30;

/** An app as a process, built as it is published: from the sources Node would hold the type stripper in memory too. */
export interface BuiltApp extends AsyncDisposable {
  readonly pid: number;
  /** The first match of the pattern in what it has written; waits for it. */
  said(pattern: RegExp): Promise<string>;
}

/** Builds apps, by the name of their package, with what they depend on. */
export async function buildApps(names: readonly string[]): Promise<void> {
  const args = ['nx', 'run-many', '-t', 'build', '-p', ...names];
  const child = spawn('npx', args, {
    cwd: workspace,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the apps could not be built: exit code ${code}`);
}

/** Starts an app that {@link buildApps} has built; what it writes goes to the file. */
export async function startBuiltApp(
  app: string,
  args: readonly string[],
  options: { readonly logFile: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<BuiltApp> {
  await using log = await open(options.logFile, 'a');
  const main = `${workspace}apps/${app}/dist/main.js`;
  const env = { ...process.env, ...options.environment };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', log.fd, log.fd] });
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    said: (pattern) => waitForText(pattern, child, options.logFile),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function waitForText(pattern: RegExp, child: ChildProcess, logFile: string): Promise<string> {
  const deadline = Date.now() + startSeconds * 1000;
  for (;;) {
    const text = await readFile(logFile, 'utf8');
    const found = pattern.exec(text);
    if (found) return found[1] ?? found[0];
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`${String(pattern)} was not said: ${text}`);
    await sleep(50);
  }
}
