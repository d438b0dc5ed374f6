import { UnavailableError } from '@interlink/spec';
import { createProgress } from '../progress/create-progress.ts';
import type { Progress } from '../progress/progress.ts';
import { withBuilderLock } from '../cache/builder-lock.ts';
import { binaryCacheDirectory, cache } from './cache.ts';
import { binariesIn, type ControlPlaneBinaries } from './control-plane-binaries.ts';
import { download } from './download.ts';
import { goBuild } from './go-build.ts';
import { chooseRelease, type KubernetesRelease } from './kubernetes-release.ts';
import { namedDirectory } from './named-directory.ts';
import { toPlatform, type BinarySource, type SourceContext } from './source.ts';

/** How the binaries are looked for. Everything has a default. */
export interface EnsureBinariesOptions {
  /** Default: a bar on a terminal, else a line every 15 s, on standard error. */
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: the one that `INTERLINK_TEST_KUBERNETES` names, else v1.36.3. */
  readonly release?: KubernetesRelease | undefined;
  /** Default: this process's. */
  readonly environment?: SourceContext['environment'] | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
}

/** Ways that only look. */
const finders: readonly BinarySource[] = [namedDirectory, cache];
/** Ways that make what the others did not find, in this order. */
const makers: readonly BinarySource[] = [download, goBuild];

const help =
  'Install Go (https://go.dev/dl) and run this again, or set INTERLINK_CONTROL_PLANE_DIR to a directory that holds ' +
  'etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl.';

interface Refusal {
  readonly source: string;
  readonly reason: string;
}

async function firstOf(
  sources: readonly BinarySource[],
  context: SourceContext,
  refusals: Refusal[],
): Promise<ControlPlaneBinaries | undefined> {
  for (const source of sources) {
    const answer = await source.obtain(context);
    if ('directory' in answer) return binariesIn(answer.directory, source.name);
    refusals.push({ source: source.name, reason: answer.refused });
    if (makers.includes(source)) context.progress.say(`${source.name}: ${answer.refused}`);
  }
  return undefined;
}

function createContext(options: EnsureBinariesOptions): SourceContext {
  const environment = options.environment ?? process.env;
  const platform = toPlatform(process.platform, process.arch);
  const release = options.release ?? chooseRelease(environment);
  return {
    environment,
    platform,
    release,
    cacheDirectory: binaryCacheDirectory(environment, platform, release),
    progress: options.progress ?? createProgress(),
    fetch: options.fetch ?? fetch,
    signal: options.signal,
  };
}

/**
 * Finds or makes the programs of a control plane: a named directory (`INTERLINK_CONTROL_PLANE_DIR`, `KUBEBUILDER_ASSETS`), the
 * cache, the official release, a Go build. Cached after the first time; of several processes one makes them and the others wait.
 * `UnavailableError` with every way's answer when none works.
 */
export async function ensureControlPlaneBinaries(options: EnsureBinariesOptions = {}): Promise<ControlPlaneBinaries> {
  const context = createContext(options);
  const refusals: Refusal[] = [];
  const found = await firstOf(finders, context, refusals);
  if (found !== undefined) return found;
  const make = async (): Promise<ControlPlaneBinaries | undefined> =>
    (await firstOf([cache], context, [])) ?? (await firstOf(makers, context, refusals));
  const made = await withBuilderLock(context.cacheDirectory, make, { ...context, what: 'the control plane' });
  if (made !== undefined) return made;
  const reasons = refusals.map(({ source, reason }) => `  ${source}: ${reason}`);
  throw new UnavailableError(['no Kubernetes control plane could be had:', ...reasons, help].join('\n'));
}
