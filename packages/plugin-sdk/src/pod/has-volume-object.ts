import type { RetrievedPodData, Volume } from '@interlink/spec';
import { findConfigMap, findProjectedMap, findSecret } from './find-object.ts';
import { volumeKind } from './volume-kind.ts';

/**
 * Whether what a volume is made from came with the pod, optional or not; an update may lack it, and then the volume keeps what it has. What needs
 * nothing but the pod itself has always come.
 */
export function hasVolumeObject(volume: Volume, data: RetrievedPodData): boolean {
  switch (volumeKind(volume)) {
    case 'configMap':
      return findConfigMap(data, volume.configMap?.name ?? '') !== undefined;
    case 'secret':
      return findSecret(data, volume.secret?.secretName ?? '') !== undefined;
    case 'projected':
      return findProjectedMap(data, volume.name) !== undefined;
    default:
      return true;
  }
}
