import type { ConfigMap, ObjectMeta, Secret, Volume } from '@interlink/spec';
import type { AssemblyContext } from './assembly-context.ts';
import type { Lookup } from './pod-inputs.ts';
import { configMapFiles, secretFiles, selectItems, type FileContent } from './select-items.ts';

/** The object behind a volume, or what the pod has to wait for. */
export type VolumeObject<T> = { readonly found: T } | { readonly reason: string };

/** The ConfigMap of a configMap volume as it goes over the wire. An absent optional one is an empty ConfigMap. */
export function configMapOfVolume(volume: Volume, context: AssemblyContext): VolumeObject<ConfigMap> {
  const { name = '', items, optional } = volume.configMap ?? {};
  const lookup = context.inputs.configMaps.get(name) ?? notFound('configmap', name);
  return check({ lookup, name, items, optional, files: configMapFiles, trim: trimConfigMap, kind: 'config' }, context);
}

/** The Secret of a secret volume, in the same way. */
export function secretOfVolume(volume: Volume, context: AssemblyContext): VolumeObject<Secret> {
  const { secretName: name = '', items, optional } = volume.secret ?? {};
  const lookup = context.inputs.secrets.get(name) ?? notFound('secret', name);
  return check({ lookup, name, items, optional, files: secretFiles, trim: trimSecret, kind: 'secret' }, context);
}

interface Check<T> {
  readonly lookup: Lookup<T>;
  readonly name: string;
  readonly items: Parameters<typeof selectItems>[1];
  readonly optional: boolean | undefined;
  readonly files: (object: T) => ReadonlyMap<string, FileContent>;
  readonly trim: (object: T) => T;
  readonly kind: 'config' | 'secret';
}

function check<T>(wanted: Check<T>, { pod }: AssemblyContext): VolumeObject<T> {
  const { lookup, name, optional } = wanted;
  if ('reason' in lookup) {
    if (!(lookup.absent && optional === true)) return { reason: lookup.reason };
    return { found: { metadata: { name, namespace: pod.metadata?.namespace } } as T };
  }
  const selected = selectItems(wanted.files(lookup.found), wanted.items, optional);
  if ('missingKey' in selected) return { reason: `references non-existent ${wanted.kind} key: ${selected.missingKey}` };
  return { found: wanted.trim(lookup.found) };
}

function notFound(kind: string, name: string): Lookup<never> {
  return { absent: true, reason: `${kind} "${name}" not found` };
}

function trimConfigMap({ metadata, data, binaryData }: ConfigMap): ConfigMap {
  return { metadata: trimMetadata(metadata), ...(data ? { data } : {}), ...(binaryData ? { binaryData } : {}) };
}

function trimSecret({ metadata, data, type }: Secret): Secret {
  return { metadata: trimMetadata(metadata), ...(data ? { data } : {}), ...(type === undefined ? {} : { type }) };
}

/** `kubectl apply` keeps a Secret's content in an annotation: only what identifies the object crosses the wire. */
function trimMetadata({ name, namespace, uid, creationTimestamp }: ObjectMeta = {}): ObjectMeta {
  const present = Object.entries({ name, namespace, uid, creationTimestamp }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(present);
}
