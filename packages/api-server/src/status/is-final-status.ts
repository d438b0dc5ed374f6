import type { PodStatus } from '@interlink/spec';

/** True when every container of the status has terminated and the backend does not say that it could not be asked. */
export function isFinalStatus(status: PodStatus): boolean {
  if (status.interlink !== undefined && status.interlink.state !== 'known') return false;
  const main = status.containers ?? [];
  const all = [...main, ...(status.initContainers ?? [])];
  return main.length > 0 && all.every((container) => container.state?.terminated !== undefined);
}
