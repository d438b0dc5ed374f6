import type { Logger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import type { Progress } from '@interlink/testbed';

/** What `--backend` can say. */
export const backendNames = ['process', 'slurm'] as const;

/** What runs the pods: processes of this machine, or the jobs of a Slurm. */
export type BackendName = (typeof backendNames)[number];

/**
 * What is written down of a backend, so that its pods can be ended after its process was killed: the environment of Slurm's programs,
 * or nothing where the Slurm died with the process that had started it.
 */
export type BackendRecord =
  { readonly name: 'process' } | { readonly name: 'slurm'; readonly environment?: Readonly<Record<string, string>> };

/** Where pods are run. Disposing takes away what was started for it; the plugins must have ended. */
export interface Backend extends AsyncDisposable {
  /** Name for people: `process plugin`, `Slurm plugin (Slurm 22.05.8 of this machine)`. */
  readonly description: string;
  readonly record: BackendRecord;
  /** Starts the plugin; its pods live in a directory of {@link openBackend}'s caller. */
  openPlugin(): Promise<Plugin>;
}

/** What a backend needs. */
export interface BackendOptions {
  /** Work directory of the plugin; where the jobs of a Slurm run on other machines, they must see it under the same path. */
  readonly root: string;
  readonly progress: Progress;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}
