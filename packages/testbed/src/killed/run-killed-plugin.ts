import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tieToParent } from '../components/tie-to-parent.ts';
import type { CreateStruct, RetrievedPodData } from '@interlink/spec';
import type { KilledAction, KilledArguments } from './plugin-to-be-killed.ts';

/** How a plugin is run that may not live long. */
export interface KilledRun {
  /** A program whose main function is `runPluginToBeKilled`. */
  readonly program: string;
  /** What that program starts its plugin with; becomes JSON. */
  readonly options: unknown;
  readonly pods: readonly RetrievedPodData[];
  /** Step at which it kills itself. Default: none. */
  readonly killAt?: string;
  /** Default `create`. */
  readonly action?: KilledAction;
  /** It is killed so long after it was ready, wherever it is. */
  readonly killAfterMilliseconds?: number;
  /** Words before its command line. */
  readonly prefix?: readonly string[];
}

/** How it ended. */
export interface KilledEnd {
  readonly answers: readonly CreateStruct[];
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  /** What it wrote to standard error. */
  readonly errors: string;
}

/** Runs a plugin in a process of its own until it ends or is killed. */
export async function runKilledPlugin(run: KilledRun): Promise<KilledEnd> {
  const { killAt = '', action = 'create', options } = run;
  const told: KilledArguments = { killAt, action, options };
  const node = [process.execPath, '--conditions=@interlink/source', run.program, JSON.stringify(told)];
  const tie = await tieToParent();
  const [command = '', ...rest] = tie.wrap([...(run.prefix ?? []), ...node]);
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  if (child.pid !== undefined) tie.watch(child.pid);
  let output = '';
  let errors = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (run.killAfterMilliseconds !== undefined && output.startsWith('ready\n'))
      timer ??= setTimeout(() => child.kill('SIGKILL'), run.killAfterMilliseconds);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.pods.map((data) => `${JSON.stringify(data)}\n`).join(''));
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return { answers: lines.map((line) => JSON.parse(line) as CreateStruct), exitCode, signal, errors };
}
