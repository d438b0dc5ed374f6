import { annotations, type CreateExtensionKey, type Pod, type VolumeProjection } from '@interlink/spec';
import { objectPath } from '../inputs/create-object-source.ts';
import { podNeeds, type TokenNeed, type TrustBundleNeed } from '../inputs/pod-needs.ts';
import type { PodSettings } from '../pod-settings.ts';

/** What decides which parts of a pod are followed. */
export interface ChangeableOptions {
  readonly settings: PodSettings;
  /** What the peer announced that it makes use of. */
  readonly accepts: ReadonlySet<CreateExtensionKey>;
}

/** What of a pod may change while its containers run. */
export interface ChangeableParts {
  /** Paths in the API server of the objects behind its volumes, and of its image pull secrets where the peer uses them. */
  readonly paths: readonly string[];
  /** Those of {@link paths} whose objects the pod can do without. */
  readonly optional: ReadonlySet<string>;
  readonly trustBundles: readonly TrustBundleNeed[];
  readonly tokens: readonly TokenNeed[];
  /** The labels and annotations that a volume shows, as one text; empty where none does. */
  readonly downward: string;
  readonly ephemeral: readonly string[];
}

/** Finds the {@link ChangeableParts} of a pod; undefined for a plain pod, which has none. Environments are no part: they are fixed at the start. */
export function changeableParts(pod: Pod, options: ChangeableOptions): ChangeableParts | undefined {
  const { volumes = [], imagePullSecrets = [], ephemeralContainers = [] } = pod.spec ?? {};
  if (volumes.length + imagePullSecrets.length + ephemeralContainers.length === 0) return undefined;
  const namespace = pod.metadata?.namespace ?? '';
  const needs = podNeeds({ ...pod, spec: { containers: [], volumes, imagePullSecrets } }, options.settings);
  const pullSecrets = options.accepts.has('imagePullSecrets') ? needs.pullSecrets : [];
  const objects = new Map([
    ...pullSecrets.map((name) => [objectPath(namespace, 'secrets', name), 'required'] as const),
    ...[...needs.configMaps].map(([name, how]) => [objectPath(namespace, 'configmaps', name), how] as const),
    ...[...needs.secrets].map(([name, how]) => [objectPath(namespace, 'secrets', name), how] as const),
  ]);
  const parts: ChangeableParts = {
    paths: [...objects.keys()],
    optional: new Set([...objects].flatMap(([path, how]) => (how === 'optional' ? [path] : []))),
    trustBundles: needs.trustBundles,
    tokens: needs.tokens,
    downward: showsMetadata(pod) && options.settings.disableProjectedVolumes !== true ? metadataText(pod) : '',
    ephemeral: ephemeralContainers.map(({ name }) => name),
  };
  const { paths, trustBundles, tokens, downward, ephemeral } = parts;
  const isPlain = [paths, trustBundles, tokens, ephemeral].every(({ length }) => length === 0) && downward === '';
  return isPlain ? undefined : parts;
}

/** Whether a volume shows labels or annotations of the pod. */
export function showsMetadata({ spec }: Pod): boolean {
  return (spec?.volumes ?? []).some(({ downwardAPI, projected }) => {
    const own: VolumeProjection = downwardAPI === undefined ? {} : { downwardAPI };
    const items = [own, ...(projected?.sources ?? [])].flatMap((source) => source.downwardAPI?.items ?? []);
    return items.some(({ fieldRef }) => /^metadata\.(labels|annotations)\b/.test(fieldRef?.fieldPath ?? ''));
  });
}

/** Without what this program writes itself. */
function metadataText({ metadata }: Pod): string {
  const own: readonly string[] = [annotations.jobId, annotations.createAttempted];
  const entries = Object.entries(metadata?.annotations ?? {}).filter(([name]) => !own.includes(name));
  return JSON.stringify([metadata?.labels ?? {}, Object.fromEntries(entries)]);
}
