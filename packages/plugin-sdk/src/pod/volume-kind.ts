import type { Volume } from '@interlink/spec';

/** The volume sources that `volumeContents` knows. */
export const knownVolumeKinds = [
  'configMap',
  'secret',
  'projected',
  'downwardAPI',
  'emptyDir',
  'hostPath',
  'persistentVolumeClaim',
] as const;

/** The source of a volume; `other` is every source that needs a driver, e.g. `nfs`. */
export type VolumeKind = (typeof knownVolumeKinds)[number] | 'other';

/** The kind of a volume. One without any source is an `emptyDir`, as an API server defaults it. */
export function volumeKind(volume: Volume): VolumeKind {
  const source = volumeSourceKey(volume);
  if (source === undefined) return 'emptyDir';
  return knownVolumeKinds.find((kind) => kind === source) ?? 'other';
}

/** The key under which a volume's source stands, e.g. `nfs`. */
export function volumeSourceKey(volume: Volume): string | undefined {
  const set = Object.entries(volume).filter(([key, value]) => key !== 'name' && value !== undefined && value !== null);
  return set[0]?.[0];
}
