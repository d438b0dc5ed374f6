import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tieToParent, type ParentTie } from '../components/tie-to-parent.ts';
import {
  chainLinks,
  linkCommands,
  workDirectory,
  type ChainLink,
  type ChainPlace,
  type LinkCommand,
} from './chain-links.ts';

const apps = fileURLToPath(new URL('../../../../apps', import.meta.url));

/** Plugin, API server and virtual kubelet as three processes, from the sources of this workspace or from what is built of them. */
export interface Chain extends AsyncDisposable {
  /** Where the process plugin keeps its jobs. */
  readonly workDirectory: string;
  /** File that both outputs of a link are appended to. */
  logFile(link: ChainLink): string;
  /** Process number of a running link. */
  pid(link: ChainLink): number | undefined;
  /** Ends a link at once, by SIGKILL unless told otherwise; resolves when it has ended. */
  kill(link: ChainLink, signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts a link that does not run; resolves when the process exists, before it is ready. */
  start(link: ChainLink): Promise<void>;
}

/** Where and for which cluster {@link startChain} starts. */
export interface ChainOptions extends ChainPlace {
  /** A program in place of the process plugin; it gets the same `--config FILE`. */
  readonly pluginProgram?: string;
  /** True: the apps run as they are published, from their `dist`, which has to be built before. Default false: from their sources. */
  readonly isBuilt?: boolean;
  /** What is different from {@link linkCommands}. */
  readonly changes?: Readonly<Partial<Record<ChainLink, LinkChange>>>;
}

/** How a link differs from the usual. */
export interface LinkChange {
  /** Keys of the configuration file that are added or replaced. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Variables that are added or replaced. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What is run in place of the command line, e.g. with a prefix that enters a machine. */
  wrap?(argv: readonly string[]): readonly string[];
}

const sourceCondition = '--conditions=@interlink/source';

function appProgram(app: string, isBuilt = false): readonly string[] {
  return isBuilt ? [join(apps, app, 'dist', 'main.js')] : [sourceCondition, join(apps, app, 'src', 'main.ts')];
}

async function startLink(
  link: ChainLink,
  command: LinkCommand,
  options: ChainOptions,
  tie: ParentTie,
): Promise<ChildProcess> {
  const change = options.changes?.[link];
  const configFile = join(options.directory, `${link}.yaml`);
  await writeFile(configFile, JSON.stringify({ ...command.config, ...change?.config }));
  await using log = await open(join(options.directory, `${link}.log`), 'a', 0o600);
  const replaced = link === 'plugin' ? options.pluginProgram : undefined;
  const main = replaced === undefined ? appProgram(command.app, options.isBuilt) : [sourceCondition, replaced];
  const node = [process.execPath, ...main, '--config', configFile];
  const [program = process.execPath, ...rest] = tie.wrap(change?.wrap?.(node) ?? node);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...command.environment, ...change?.environment };
  const child = spawn(program, rest, { detached: true, stdio: ['ignore', log.fd, log.fd], env });
  await once(child, 'spawn');
  if (child.pid !== undefined) tie.watch(child.pid);
  return child;
}

async function endLink(child: ChildProcess | undefined, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Starts the three links. Disposing ends them in order and leaves the pods' containers alone. */
export async function startChain(options: ChainOptions): Promise<Chain> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const commands = linkCommands(options);
  const tie = await tieToParent();
  const children = new Map<ChainLink, ChildProcess>();
  const start = async (link: ChainLink): Promise<void> => {
    children.set(link, await startLink(link, commands[link], options, tie));
  };
  const kill = (link: ChainLink, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> =>
    endLink(children.get(link), signal);
  for (const link of chainLinks) await start(link);
  return {
    workDirectory: workDirectory(options),
    logFile: (link) => join(options.directory, `${link}.log`),
    pid: (link) => children.get(link)?.pid,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      for (const link of chainLinks.toReversed()) await kill(link, 'SIGTERM');
    },
  };
}
