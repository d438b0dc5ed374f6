import type { Progress } from '../progress/progress.ts';
import type { KubernetesRelease } from './kubernetes-release.ts';

/** What a source answers: the directory that holds all programs, or why it has none, as half a sentence. */
export type SourceAnswer = { readonly directory: string } | { readonly refused: string };

/** What every source may use. Everything that touches the machine is a parameter. */
export interface SourceContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly release: KubernetesRelease;
  /** Directory of this version and platform in the cache; a source that makes binaries puts them here. */
  readonly cacheDirectory: string;
  /** Platform in Go's words. */
  readonly platform: Platform;
  readonly progress: Progress;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal | undefined;
}

/** One way to come by the programs. */
export interface BinarySource {
  /** Name in messages. */
  readonly name: string;
  /** Answers, and throws only what no other source can mend. */
  obtain(context: SourceContext): Promise<SourceAnswer>;
}

/** An operating system and architecture as Go and the release servers write them. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** Node's names in Go's words. */
export function toPlatform(nodePlatform: string, nodeArchitecture: string): Platform {
  return { os: nodePlatform, architecture: nodeArchitecture === 'x64' ? 'amd64' : nodeArchitecture };
}
