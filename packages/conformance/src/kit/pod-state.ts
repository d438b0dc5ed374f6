import type { ContainerStatus, PodStatus } from '@interlink/spec';

/** Every container of a status, init containers first. */
export function allContainers(status: PodStatus): readonly ContainerStatus[] {
  return [...(status.initContainers ?? []), ...(status.containers ?? [])];
}

/** True when every container has terminated. */
export function hasEnded(status: PodStatus): boolean {
  const containers = allContainers(status);
  return containers.length > 0 && containers.every((container) => container.state?.terminated !== undefined);
}

/** True when a main container runs. */
export function isRunning(status: PodStatus): boolean {
  return (status.containers ?? []).some((container) => container.state?.running !== undefined);
}

/** True when the plugin says positively that it holds nothing of the pod. */
export function isGone(status: PodStatus): boolean {
  return status.interlink?.state === 'gone';
}

/** The exit codes of the main containers. */
export function exitCodes(status: PodStatus): readonly (number | undefined)[] {
  return (status.containers ?? []).map((container) => container.state?.terminated?.exitCode);
}
