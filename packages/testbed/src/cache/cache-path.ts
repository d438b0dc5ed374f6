import { homedir } from 'node:os';
import { join } from 'node:path';

/** Variables of a process, as far as they matter to who takes them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A place below `$XDG_CACHE_HOME/interlink`, with `~/.cache` where the variable is not set. */
export function cachePath(environment: Environment, ...parts: readonly string[]): string {
  const named = environment.XDG_CACHE_HOME;
  const base = named === undefined || named === '' ? join(environment.HOME ?? homedir(), '.cache') : named;
  return join(base, 'interlink', ...parts);
}
