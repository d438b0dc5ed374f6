import { InvalidInputError } from '@interlink/spec';
import type { Container, PodCreateRequests, RetrievedContainer, RetrievedPodData, Volume } from '@interlink/spec';
import { fillJobConfig } from './job-config.ts';
import { findVolumeObject, type VolumeObject } from './find-volume-object.ts';
import { injectPodIp } from './inject-pod-ip.ts';

type Purpose = 'create' | 'update';

/**
 * Joins what a create request of hop A carries into one entry per container, the shape of hop B.
 *
 * Init containers come first, then containers, each in the order of the pod's spec; one object for every mount, the same one twice
 * where it is mounted twice. Lists without an item are null and `jobConfig` is there with zero values, as Go peers expect. The key `interlink`
 * goes on as it came: the sender knows what the plugin announced.
 *
 * For an update, ephemeral containers come last, and an object that the request lacks leaves its volume as it is.
 *
 * @throws InvalidInputError naming the volume whose object a create lacks, unless the volume is optional.
 */
export function assemblePodData(
  request: PodCreateRequests,
  { purpose = 'create' }: { readonly purpose?: Purpose } = {},
): RetrievedPodData {
  const spec = request.pod.spec;
  const objects = objectsByVolume(request, purpose);
  const init = (spec?.initContainers ?? []).map((container, index) =>
    assembleContainer(container, `pod.spec.initContainers[${index}]`, objects),
  );
  const main = (spec?.containers ?? []).map((container, index) =>
    assembleContainer(container, `pod.spec.containers[${index}]`, objects),
  );
  const added = purpose === 'update' ? (spec?.ephemeralContainers ?? []) : [];
  const ephemeral = added.map((container, index) =>
    assembleContainer(container, `pod.spec.ephemeralContainers[${index}]`, objects),
  );
  const container = [...init, ...main, ...ephemeral];
  return {
    pod: injectPodIp(request.pod),
    container: container.length === 0 ? null : container,
    jobConfig: fillJobConfig(),
    ...(request.interlink === undefined ? {} : { interlink: request.interlink }),
  };
}

type ObjectsByVolume = ReadonlyMap<string, VolumeObject>;

function objectsByVolume(request: PodCreateRequests, purpose: Purpose): ObjectsByVolume {
  const volumes: readonly Volume[] = request.pod.spec?.volumes ?? [];
  const place = (index: number) => ({ field: `pod.spec.volumes[${index}]`, mayLack: purpose === 'update' });
  return new Map(volumes.map((volume, index) => [volume.name, findVolumeObject(volume, request, place(index))]));
}

type Mounting = Pick<Container, 'name' | 'volumeMounts'>;

function assembleContainer(container: Mounting, path: string, objects: ObjectsByVolume): RetrievedContainer {
  const mounted = (container.volumeMounts ?? []).map((mount, index) => {
    const object = objects.get(mount.name);
    if (object !== undefined) return object;
    const field = `${path}.volumeMounts[${index}].name`;
    throw new InvalidInputError(`${field}: the pod has no volume ${JSON.stringify(mount.name)}`, { field });
  });
  return {
    name: container.name,
    configMaps: listOrNull(mounted.flatMap((object) => (object.kind === 'configMap' ? [object.object] : []))),
    projectedvolumemaps: listOrNull(mounted.flatMap((object) => (object.kind === 'projected' ? [object.object] : []))),
    secrets: listOrNull(mounted.flatMap((object) => (object.kind === 'secret' ? [object.object] : []))),
    emptyDirs: null,
  };
}

function listOrNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}
