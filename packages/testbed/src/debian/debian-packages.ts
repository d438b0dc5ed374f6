import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { isInterLinkError, UnavailableError } from '@interlink/spec';
import { runCommand } from '../binaries/run-command.ts';
import { withBuilderLock } from '../cache/builder-lock.ts';
import { cachePath, type Environment } from '../cache/cache-path.ts';
import type { InstallContext } from './ensure-options.ts';

/** Where Debian keeps daemons, which is not on every user's PATH. */
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The programs that are neither on PATH nor among the system's daemons. */
export async function findMissing(programs: readonly string[], environment: Environment): Promise<string[]> {
  const directories = [...(environment.PATH ?? '').split(delimiter), ...systemDirectories];
  const isThere = async (program: string): Promise<boolean> => {
    const tries = directories.map((directory) => access(join(directory, program), constants.X_OK));
    return Promise.any(tries).then(
      () => true,
      () => false,
    );
  };
  const there = await Promise.all(programs.map(isThere));
  return programs.filter((_, index) => there[index] !== true);
}

async function canInstall({ userId, environment }: InstallContext): Promise<boolean> {
  return userId === 0 && (await findMissing(['apt-get'], environment)).length === 0;
}

async function aptGet(context: InstallContext, ...args: string[]): Promise<void> {
  const environment = { ...context.environment, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'DPkg::Lock::Timeout=600'];
  await runCommand({ argv: ['apt-get', ...quiet, ...args], environment, signal: context.signal });
}

async function install(packages: readonly string[], context: InstallContext): Promise<void> {
  const argv = ['-y', 'install', '--no-install-recommends', ...packages];
  await aptGet(context, ...argv).catch(async (error: unknown) => {
    if (!isInterLinkError(error)) throw error;
    await aptGet(context, 'update'); // The machine's lists may be missing, or name files that are gone.
    await aptGet(context, ...argv);
  });
}

/** What is wanted, and the Debian packages that have it. */
export interface WantedPrograms {
  /** What they are for, in messages: `Slurm`. */
  readonly what: string;
  readonly programs: readonly string[];
  readonly packages: readonly string[];
}

/**
 * Installs Debian packages when one of the programs is missing and this process may. Otherwise an `UnavailableError` of one line,
 * with the command that brings them.
 */
export async function ensurePrograms(
  { what, programs, packages }: WantedPrograms,
  context: InstallContext,
): Promise<void> {
  const missing = await findMissing(programs, context.environment);
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!(await canInstall(context))) {
    throw new UnavailableError(
      `${what} is not installed (no ${missing.join(', ')}); on Debian or Ubuntu: sudo ${command}`,
    );
  }
  const work = async (): Promise<void> => {
    if ((await findMissing(programs, context.environment)).length === 0) return;
    context.progress.say(`installing ${what} (${command})`);
    await install(packages, context);
  };
  await withBuilderLock(cachePath(context.environment, 'apt'), work, { ...context, what });
}
