import type { ConfigMap, RetrievedPodData, Secret } from '@interlink/spec';

/** The ConfigMap of that name among those sent for any container. All are of the pod's namespace. */
export function findConfigMap(data: RetrievedPodData, name: string): ConfigMap | undefined {
  return first(data, (container) => container.configMaps?.find((map) => map.metadata?.name === name));
}

/** The Secret of that name among those sent for any container. */
export function findSecret(data: RetrievedPodData, name: string): Secret | undefined {
  return first(data, (container) => container.secrets?.find((secret) => secret.metadata?.name === name));
}

/** The synthetic ConfigMap in which the content of a projected or downwardAPI volume arrives; it bears the volume's name. */
export function findProjectedMap(data: RetrievedPodData, volumeName: string): ConfigMap | undefined {
  return first(data, (container) => container.projectedvolumemaps?.find((map) => map.metadata?.name === volumeName));
}

type SentContainer = NonNullable<RetrievedPodData['container']>[number];

function first<T>(data: RetrievedPodData, find: (container: SentContainer) => T | undefined): T | undefined {
  for (const container of data.container ?? []) {
    const found = find(container);
    if (found !== undefined) return found;
  }
  return undefined;
}
