import type { Environment } from '../cache/cache-path.ts';
import { createProgress } from '../progress/create-progress.ts';
import type { Progress } from '../progress/progress.ts';

/** How what is missing is come by. Everything has a default. */
export interface EnsureOptions {
  /** Default: a bar on a terminal, else a line every 15 s, on standard error. */
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: this process's. */
  readonly environment?: Environment | undefined;
  /** Who is to install; only 0, root, may. Default: this process's user. */
  readonly userId?: number | undefined;
}

/** {@link EnsureOptions} with their defaults. */
export interface InstallContext {
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  readonly environment: Environment;
  /** Undefined on Windows. */
  readonly userId: number | undefined;
}

/** Fills in the defaults. */
export function toInstallContext(options: EnsureOptions): InstallContext {
  const { progress = createProgress(), signal, environment = process.env } = options;
  return { progress, signal, environment, userId: options.userId ?? process.getuid?.() };
}
