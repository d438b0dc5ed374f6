import { InvalidInputError, type RetrievedPodData, type Volume } from '@interlink/spec';
import { checkedList } from './check-list.ts';
import { absolutePath } from './check-text.ts';
import { findConfigMap, findSecret } from './find-object.ts';
import { configMapContent, secretContent } from './object-content.ts';
import { downwardFiles, projectedFiles } from './projected-volume.ts';
import { nanosToWholeUnits, parseQuantityNanos } from './quantity.ts';
import { selectFiles, sortedFiles, type VolumeFile } from './volume-files.ts';
import { volumeKind, volumeSourceKey } from './volume-kind.ts';

/** What is at a volume when the pod starts. */
export type VolumeContents =
  /**
   * Files to write, sorted by path; bytes exactly as in the objects. `optional`: what is missing was allowed to be, so a `subPath` that is not
   * there is an empty directory, as in a kubelet.
   */
  | { readonly kind: 'files'; readonly files: readonly VolumeFile[]; readonly optional?: true }
  /** An empty directory, shared by the containers. `medium` `Memory` asks for tmpfs. */
  | { readonly kind: 'directory'; readonly medium?: string; readonly sizeLimitBytes?: number }
  /** A path of the machine where the pod runs; `type` is '' when nothing is to be checked. */
  | { readonly kind: 'hostPath'; readonly path: string; readonly type: HostPathType }
  /** Storage that outlives the pod; only a site knows where it is. The name is a DNS subdomain. */
  | { readonly kind: 'claim'; readonly claim: string; readonly readOnly: boolean }
  /** A source that cannot be made from what came with the pod; `field` is its path. */
  | { readonly kind: 'unsupported'; readonly reason: string; readonly field: string };

/** Types of a `hostPath`. */
export const hostPathTypes = [
  '',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
  'CharDevice',
  'BlockDevice',
] as const;

/** What must be at a `hostPath`; '' for anything. */
export type HostPathType = (typeof hostPathTypes)[number];

/**
 * The content of a pod's volume from what came with the pod. Pure.
 *
 * An object that is neither optional nor at hand is refused, unless no container mounts the volume: objects are sent
 * for mounts only.
 *
 * @throws InvalidInputError naming the missing object or key, or the path at fault.
 */
export function volumeContents(volume: Volume, data: RetrievedPodData): VolumeContents {
  const field = `pod.spec.volumes[${indexOf(volume, data)}]`;
  switch (volumeKind(volume)) {
    case 'configMap':
      return filesOf(configMapFiles(volume, data, field), volume.configMap?.optional);
    case 'secret':
      return filesOf(secretFiles(volume, data, field), volume.secret?.optional);
    case 'projected':
      return filesOf(
        projectedFiles(volume, data, { field, mounted: isMounted(volume, data) }),
        hasOptionalSource(volume),
      );
    case 'downwardAPI':
      return filesOf(downwardFiles(volume, data, `${field}.downwardAPI`));
    case 'emptyDir':
      return emptyDirectory(volume, field);
    case 'hostPath':
      return hostPath(volume, field);
    case 'persistentVolumeClaim':
      return claim(volume, field);
    case 'other': {
      const source = volumeSourceKey(volume) ?? 'source';
      return {
        kind: 'unsupported',
        reason: `volumes of kind ${source} are not supported`,
        field: `${field}.${source}`,
      };
    }
  }
}

function filesOf(files: readonly VolumeFile[], optional = false): VolumeContents {
  return { kind: 'files', files: sortedFiles(files), ...(optional ? { optional } : {}) };
}

function hasOptionalSource({ projected }: Volume): boolean {
  return checkedList(projected?.sources, 'projected.sources').some(
    ({ configMap, secret }) => (configMap ?? secret)?.optional === true,
  );
}

function configMapFiles(volume: Volume, data: RetrievedPodData, field: string): VolumeFile[] {
  const source = volume.configMap ?? {};
  const at = `${field}.configMap`;
  const map = findConfigMap(data, source.name ?? '');
  if (!map)
    return missingObject(`ConfigMap ${source.name ?? ''}`, source.optional === true || !isMounted(volume, data), at);
  return selectFiles(configMapContent(map, at), { ...source, field: at, object: `ConfigMap ${source.name ?? ''}` });
}

function secretFiles(volume: Volume, data: RetrievedPodData, field: string): VolumeFile[] {
  const source = volume.secret ?? {};
  const at = `${field}.secret`;
  const name = source.secretName ?? '';
  const secret = findSecret(data, name);
  if (!secret) return missingObject(`Secret ${name}`, source.optional === true || !isMounted(volume, data), at);
  return selectFiles(secretContent(secret, at), { ...source, field: at, object: `Secret ${name}` });
}

function missingObject(object: string, tolerated: boolean, field: string): VolumeFile[] {
  if (tolerated) return [];
  throw new InvalidInputError(`${field}: ${object} was not sent with the pod`, { field });
}

function emptyDirectory(volume: Volume, field: string): VolumeContents {
  const { medium, sizeLimit } = volume.emptyDir ?? {};
  const limit = sizeLimit == null ? undefined : parseQuantityNanos(sizeLimit, `${field}.emptyDir.sizeLimit`);
  return {
    kind: 'directory',
    ...(medium ? { medium } : {}),
    ...(limit === undefined || limit <= 0n ? {} : { sizeLimitBytes: nanosToWholeUnits(limit) }),
  };
}

function hostPath(volume: Volume, field: string): VolumeContents {
  const { path = '', type } = volume.hostPath ?? {};
  const at = `${field}.hostPath.path`;
  if (path.split('/').includes('..')) throw new InvalidInputError(`${at} must not contain '..'`, { field: at });
  const known = hostPathTypes.find((name) => name === (type ?? ''));
  if (known === undefined) {
    const words = hostPathTypes.filter((name) => name !== '').join(', ');
    throw new InvalidInputError(`${field}.hostPath.type must be one of ${words}`, { field: `${field}.hostPath.type` });
  }
  return { kind: 'hostPath', path: absolutePath(path, at), type: known };
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function claim(volume: Volume, field: string): VolumeContents {
  const { claimName = '', readOnly } = volume.persistentVolumeClaim ?? {};
  const at = `${field}.persistentVolumeClaim.claimName`;
  if (!subdomain.test(claimName)) throw new InvalidInputError(`${at} must be a DNS subdomain`, { field: at });
  return { kind: 'claim', claim: claimName, readOnly: readOnly === true };
}

function indexOf(volume: Volume, data: RetrievedPodData): number {
  return Math.max(
    0,
    (data.pod.spec?.volumes ?? []).findIndex(({ name }) => name === volume.name),
  );
}

function isMounted(volume: Volume, { pod }: RetrievedPodData): boolean {
  const { initContainers, containers: main, ephemeralContainers } = pod.spec ?? {};
  const containers = [initContainers, main, ephemeralContainers].flatMap((list) => list ?? []);
  return containers.some(({ volumeMounts }) => (volumeMounts ?? []).some(({ name }) => name === volume.name));
}
