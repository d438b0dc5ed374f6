import { InvalidInputError } from '@interlink/spec';
import type { ConfigMap, PodCreateRequests, Secret, Volume } from '@interlink/spec';

/** What a volume brings to a container: an object of the request, or nothing that the API server must send. */
export type VolumeObject =
  | { readonly kind: 'configMap'; readonly object: ConfigMap }
  | { readonly kind: 'secret'; readonly object: Secret }
  | { readonly kind: 'projected'; readonly object: ConfigMap }
  | { readonly kind: 'none' };

/** Where a volume is. */
export interface VolumePlace {
  /** Path of the volume, for the error. */
  readonly field: string;
  /** True: a volume without its object is no error. */
  readonly mayLack: boolean;
}

const nothing: VolumeObject = { kind: 'none' };

/**
 * The object of the create request that a volume names: ConfigMaps and Secrets by their own name, projected and downward API
 * volumes by the volume's name. Other volumes (emptyDir, hostPath, PVC …) stay in the pod's spec, for the plugin to judge.
 *
 * @throws InvalidInputError when the object is missing, and neither the volume is optional nor the request one that may lack it.
 */
export function findVolumeObject(volume: Volume, request: PodCreateRequests, place: VolumePlace): VolumeObject {
  if (volume.configMap !== undefined) return findConfigMap(volume, request, place);
  if (volume.secret !== undefined) return findSecret(volume, request, place);
  if (volume.projected !== undefined || volume.downwardAPI !== undefined) return findProjected(volume, request, place);
  return nothing;
}

function findConfigMap(volume: Volume, request: PodCreateRequests, { field, mayLack }: VolumePlace): VolumeObject {
  const name = volume.configMap?.name ?? '';
  const object = request.configmaps?.find((configMap) => configMap.metadata?.name === name);
  if (object !== undefined) return { kind: 'configMap', object };
  if (mayLack || volume.configMap?.optional === true) return nothing;
  throw missing(volume, `ConfigMap ${JSON.stringify(name)}`, `${field}.configMap.name`);
}

function findSecret(volume: Volume, request: PodCreateRequests, { field, mayLack }: VolumePlace): VolumeObject {
  const name = volume.secret?.secretName ?? '';
  const object = request.secrets?.find((secret) => secret.metadata?.name === name);
  if (object !== undefined) return { kind: 'secret', object };
  if (mayLack || volume.secret?.optional === true) return nothing;
  throw missing(volume, `Secret ${JSON.stringify(name)}`, `${field}.secret.secretName`);
}

/**
 * A request without any projected map comes from a virtual kubelet with `DisableProjectedVolumes`: every pod has a service account
 * volume, so nothing would run if those were refused. A request that has some of them and lacks this one is wrong.
 */
function findProjected(volume: Volume, request: PodCreateRequests, { field, mayLack }: VolumePlace): VolumeObject {
  const maps = request.projectedvolumesmaps ?? [];
  const object = maps.find((map) => map.metadata?.name === volume.name);
  if (object !== undefined) return { kind: 'projected', object };
  if (mayLack || maps.length === 0 || allSourcesOptional(volume)) return nothing;
  throw missing(volume, 'projected content', field);
}

function allSourcesOptional(volume: Volume): boolean {
  const sources = volume.projected?.sources ?? [];
  return (
    volume.downwardAPI === undefined &&
    sources.every((source) => source.configMap?.optional === true || source.secret?.optional === true)
  );
}

function missing(volume: Volume, what: string, field: string): InvalidInputError {
  return new InvalidInputError(
    `${field}: the request carries no ${what} for the volume ${JSON.stringify(volume.name)}`,
    { field },
  );
}
