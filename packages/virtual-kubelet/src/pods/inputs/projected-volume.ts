import {
  UnsupportedError,
  type ConfigMap,
  type DownwardAPIVolumeFile,
  type Volume,
  type VolumeProjection,
} from '@interlink/spec';
import type { AssemblyContext } from './assembly-context.ts';
import { readField, readResource } from './downward-fields.ts';
import type { VolumeObject } from './object-volumes.ts';
import { rootCertificateConfigMap } from './pod-needs.ts';
import { tokenKey, type Lookup } from './pod-inputs.ts';
import { configMapFiles, secretFiles, selectItems, type FileContent } from './select-items.ts';

type Files = ReadonlyMap<string, FileContent>;
type Source = { readonly files: Files } | { readonly reason: string };

const noFiles: Files = new Map();

/**
 * The content of a projected volume as the synthetic ConfigMap that carries it over the wire: it bears the volume's name, its keys are the
 * paths in the volume. A path that two sources give comes from the later one.
 *
 * @throws UnsupportedError that names the source when it is of a kind that is not supported.
 */
export function projectedMap(volume: Volume, field: string, context: AssemblyContext): VolumeObject<ConfigMap> {
  const files = new Map<string, FileContent>();
  for (const [index, projection] of (volume.projected?.sources ?? []).entries()) {
    const place = { volume: volume.name, index, field: `${field}.projected.sources[${index}]` };
    const source = sourceFiles(projection, place, context);
    if ('reason' in source) return source;
    for (const [path, content] of source.files) files.set(path, content);
  }
  return { found: syntheticMap(volume.name, files) };
}

/** The content of a downwardAPI volume, in the same form. */
export function downwardMap(volume: Volume, field: string, context: AssemblyContext): ConfigMap {
  return syntheticMap(volume.name, downwardFiles(volume.downwardAPI?.items, `${field}.downwardAPI`, context));
}

/** A downwardAPI volume as the projected volume that it is on the wire: the API server joins only those with their content. */
export function asProjectedVolume(volume: Volume): Volume {
  const { downwardAPI, ...rest } = volume;
  if (downwardAPI === undefined) return volume;
  const { defaultMode, items } = downwardAPI;
  const mode = defaultMode === undefined ? {} : { defaultMode };
  return { ...rest, projected: { ...mode, sources: [{ downwardAPI: items ? { items } : {} }] } };
}

function syntheticMap(name: string, files: Files): ConfigMap {
  const entries = [...files];
  const data = entries.flatMap(([path, content]) => ('text' in content ? [[path, content.text]] : []));
  const binary = entries.flatMap(([path, content]) => ('base64' in content ? [[path, content.base64]] : []));
  return {
    metadata: { name },
    data: Object.fromEntries(data) as Record<string, string>,
    ...(binary.length > 0 ? { binaryData: Object.fromEntries(binary) as Record<string, string> } : {}),
  };
}

interface Place {
  readonly volume: string;
  readonly index: number;
  readonly field: string;
}

function sourceFiles(source: VolumeProjection, place: Place, context: AssemblyContext): Source {
  if (source.serviceAccountToken) return tokenFile(source.serviceAccountToken.path, place, context);
  if (source.configMap) return configMapSource(source.configMap, context);
  if (source.secret) return secretSource(source.secret, context);
  if (source.downwardAPI)
    return { files: downwardFiles(source.downwardAPI.items, `${place.field}.downwardAPI`, context) };
  if (source.clusterTrustBundle) return trustBundleFile(source.clusterTrustBundle, place, context);
  const kind = Object.keys(source)[0];
  if (kind === undefined) return { files: noFiles };
  throw new UnsupportedError(`${place.field}.${kind} is not supported`, { field: `${place.field}.${kind}` });
}

function tokenFile(path: string, { volume, index }: Place, { inputs }: AssemblyContext): Source {
  // Not asked for, because the pod has to wait for something else anyway.
  if (inputs.tokens === undefined) return { files: noFiles };
  const token = inputs.tokens.get(tokenKey(volume, index));
  if (token === undefined) return { reason: 'the service account token was not requested' };
  if ('reason' in token) return { reason: `failed to fetch token: ${token.reason}` };
  return { files: new Map([[path, { text: token.found.token }]]) };
}

/** An optional bundle that is not there is an empty file, as a kubelet writes it. */
function trustBundleFile(
  { path, optional }: NonNullable<VolumeProjection['clusterTrustBundle']>,
  { volume, index }: Place,
  { inputs }: AssemblyContext,
): Source {
  const lookup = inputs.trustBundles.get(tokenKey(volume, index)) ?? { absent: true, reason: 'trust bundle not read' };
  if ('found' in lookup) return { files: new Map([[path, { text: lookup.found }]]) };
  return lookup.absent && optional === true ? { files: new Map([[path, { text: '' }]]) } : { reason: lookup.reason };
}

function configMapSource(
  source: NonNullable<VolumeProjection['configMap']>,
  { inputs, settings }: AssemblyContext,
): Source {
  const { name = '', items, optional } = source;
  const override = settings.kubernetesApiCaCertificate ?? '';
  const lookup: Lookup<ConfigMap> =
    name === rootCertificateConfigMap && override !== ''
      ? { found: { data: { 'ca.crt': override } } }
      : (inputs.configMaps.get(name) ?? { absent: true, reason: `configmap "${name}" not found` });
  if ('reason' in lookup) return absentSource(lookup, optional);
  const selected = selectItems(configMapFiles(lookup.found), items, optional);
  return 'files' in selected
    ? selected
    : { reason: `configmap references non-existent config key: ${selected.missingKey}` };
}

function secretSource(source: NonNullable<VolumeProjection['secret']>, { inputs }: AssemblyContext): Source {
  const { name = '', items, optional } = source;
  const lookup = inputs.secrets.get(name) ?? { absent: true, reason: `secret "${name}" not found` };
  if ('reason' in lookup) return absentSource(lookup, optional);
  const selected = selectItems(secretFiles(lookup.found), items, optional);
  return 'files' in selected ? selected : { reason: `references non-existent secret key: ${selected.missingKey}` };
}

function absentSource(absence: { absent: boolean; reason: string }, optional: boolean | undefined): Source {
  return absence.absent && optional === true ? { files: noFiles } : { reason: absence.reason };
}

function downwardFiles(
  items: readonly DownwardAPIVolumeFile[] | undefined,
  field: string,
  context: AssemblyContext,
): Files {
  const entries = (items ?? []).map(({ path, fieldRef, resourceFieldRef }, index): [string, FileContent] => {
    const place = `${field}.items[${index}]`;
    if (fieldRef) return [path, { text: readField(context.pod, fieldRef.fieldPath, `${place}.fieldRef`) }];
    if (resourceFieldRef) return [path, { text: readResource(resourceFieldRef, `${place}.resourceFieldRef`, context) }];
    throw new UnsupportedError(`${place} has neither fieldRef nor resourceFieldRef`, { field: place });
  });
  return new Map(entries);
}
