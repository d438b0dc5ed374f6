import { annotations, type Container, type Pod } from '@interlink/spec';

/** The containers of a pod that run on the other side. */
export interface OffloadedContainers {
  readonly init: readonly Container[];
  readonly main: readonly Container[];
}

/** All containers but those that the pod's disable-offload annotations name. */
export function offloadedContainers(pod: Pod): OffloadedContainers {
  return {
    init: without(pod.spec?.initContainers, pod, annotations.disableOffloadInitContainers),
    main: without(pod.spec?.containers, pod, annotations.disableOffloadContainers),
  };
}

function without(containers: readonly Container[] | undefined, pod: Pod, annotation: string): readonly Container[] {
  const names = pod.metadata?.annotations?.[annotation];
  if (names === undefined || containers === undefined) return containers ?? [];
  const excluded = new Set(names.split(',').map((name) => name.trim()));
  return containers.filter(({ name }) => !excluded.has(name));
}
