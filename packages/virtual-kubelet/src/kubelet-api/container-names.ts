import type { Pod } from '@interlink/spec';

/** The names of all containers of a pod, ephemeral ones too. */
export function containerNames({ spec }: Pod): readonly string[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  return [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
}
