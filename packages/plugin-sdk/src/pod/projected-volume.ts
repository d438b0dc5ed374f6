import {
  InvalidInputError,
  UnsupportedError,
  type DownwardAPIVolumeFile,
  type RetrievedPodData,
  type Volume,
  type VolumeProjection,
} from '@interlink/spec';
import { checkedList } from './check-list.ts';
import { volumeFilePath } from './check-text.ts';
import { readFieldReference } from './field-reference.ts';
import { findConfigMap, findProjectedMap, findSecret } from './find-object.ts';
import { configMapContent, secretContent } from './object-content.ts';
import { readResourceReference } from './resource-reference.ts';
import { checkedMode, defaultFileMode, selectFiles, type VolumeFile } from './volume-files.ts';

interface ProjectedScope {
  /** Path of the volume. */
  readonly field: string;
  readonly mounted: boolean;
}

/**
 * The files of a projected volume: as the virtual kubelet sent them, in the synthetic ConfigMap named after the volume, with
 * the modes of the volume's sources. Without that ConfigMap they are made from the objects at hand; a token cannot be.
 */
export function projectedFiles(volume: Volume, data: RetrievedPodData, scope: ProjectedScope): VolumeFile[] {
  const field = `${scope.field}.projected`;
  const mode = checkedMode(volume.projected?.defaultMode, `${field}.defaultMode`) ?? defaultFileMode;
  const sources = checkedList(volume.projected?.sources, `${field}.sources`);
  const modes = new Map(sources.flatMap((source, index) => itemModes(itemsOf(source), `${field}.sources[${index}]`)));
  const sent = sentFiles(volume.name, data, { field, mode, modes });
  if (sent) {
    for (const [index, source] of sources.entries()) checkSent(source, sent, `${field}.sources[${index}]`);
    return sent;
  }
  if (!scope.mounted) return [];
  return sources.flatMap((source, index) => sourceFiles(source, data, { field: `${field}.sources[${index}]`, mode }));
}

/** The files of a downwardAPI volume: as sent, else read from the pod itself. */
export function downwardFiles(volume: Volume, data: RetrievedPodData, field: string): VolumeFile[] {
  const mode = checkedMode(volume.downwardAPI?.defaultMode, `${field}.defaultMode`) ?? defaultFileMode;
  const items = checkedList(volume.downwardAPI?.items, `${field}.items`);
  const sent = sentFiles(volume.name, data, { field, mode, modes: new Map(itemModes(items, field)) });
  return sent ?? downwardItems(items, data, { field, mode });
}

interface FileScope {
  readonly field: string;
  readonly mode: number;
}

type Item = { readonly path: string; readonly mode?: number };

function sentFiles(name: string, data: RetrievedPodData, scope: FileScope & { modes: ReadonlyMap<string, number> }) {
  const map = findProjectedMap(data, name);
  if (!map) return undefined;
  return [...configMapContent(map, scope.field)].map(([key, content]) => {
    const path = volumeFilePath(key, `${scope.field}[${key}]`);
    return { path, mode: scope.modes.get(path) ?? scope.mode, content };
  });
}

/** A virtual kubelet may know fewer kinds of sources than the pod has, as the Go one that passes over Secrets. */
function checkSent(source: VolumeProjection, sent: readonly VolumeFile[], field: string): void {
  const { configMap, secret, clusterTrustBundle, serviceAccountToken } = source;
  const isOptional = (configMap ?? secret ?? clusterTrustBundle)?.optional === true;
  const made = [serviceAccountToken, clusterTrustBundle].filter((item) => item !== undefined);
  const promised = [...itemsOf(source), ...made];
  const missing = promised.find(({ path }) => !sent.some((file) => file.path === volumeFilePath(path, field)));
  if (missing && !isOptional) {
    throw new InvalidInputError(`${field}: ${missing.path} was not sent with the pod`, { field });
  }
}

function itemsOf({ configMap, secret, downwardAPI }: VolumeProjection): readonly Item[] {
  return [configMap, secret, downwardAPI].flatMap((source): readonly Item[] => source?.items ?? []);
}

function itemModes(items: readonly Item[], field: string): [path: string, mode: number][] {
  return items.flatMap((item, index) => {
    const at = `${field}.items[${index}]`;
    const mode = checkedMode(item.mode, `${at}.mode`);
    return mode === undefined ? [] : [[volumeFilePath(item.path, `${at}.path`), mode] as [string, number]];
  });
}

function sourceFiles(source: VolumeProjection, data: RetrievedPodData, { field, mode }: FileScope): VolumeFile[] {
  const { configMap, secret, downwardAPI } = source;
  if (downwardAPI) return downwardItems(downwardAPI.items ?? [], data, { field: `${field}.downwardAPI`, mode });
  const reference = configMap ?? secret;
  if (!reference) {
    throw new UnsupportedError(`${field} can be made by a virtual kubelet only, which did not send it`, { field });
  }
  const at = `${field}.${configMap ? 'configMap' : 'secret'}`;
  const object = `${configMap ? 'ConfigMap' : 'Secret'} ${reference.name ?? ''}`;
  const content = configMap ? configMapAt(reference.name, data, at) : secretAt(reference.name, data, at);
  if (content) return selectFiles(content, { ...reference, defaultMode: mode, field: at, object });
  if (reference.optional === true) return [];
  throw new InvalidInputError(`${at}: ${object} was not sent with the pod`, { field: at });
}

function configMapAt(name: string | undefined, data: RetrievedPodData, field: string) {
  const map = findConfigMap(data, name ?? '');
  return map && configMapContent(map, field);
}

function secretAt(name: string | undefined, data: RetrievedPodData, field: string) {
  const secret = findSecret(data, name ?? '');
  return secret && secretContent(secret, field);
}

function downwardItems(
  items: readonly DownwardAPIVolumeFile[],
  data: RetrievedPodData,
  scope: FileScope,
): VolumeFile[] {
  return items.map((item, index) => {
    const field = `${scope.field}.items[${index}]`;
    return {
      path: volumeFilePath(item.path, `${field}.path`),
      mode: checkedMode(item.mode, `${field}.mode`) ?? scope.mode,
      content: Buffer.from(downwardValue(item, data, field), 'utf8'),
    };
  });
}

function downwardValue(item: DownwardAPIVolumeFile, { pod }: RetrievedPodData, field: string): string {
  if (item.resourceFieldRef) return readResourceReference(pod, item.resourceFieldRef, `${field}.resourceFieldRef`);
  const fieldPath = item.fieldRef?.fieldPath ?? '';
  const value = readFieldReference(pod, fieldPath);
  if (value !== undefined) return value;
  throw new UnsupportedError(`${field}.fieldRef (${fieldPath}) cannot be resolved here`, {
    field: `${field}.fieldRef`,
  });
}
