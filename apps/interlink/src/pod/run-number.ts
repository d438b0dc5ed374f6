import type { ContainerStatus } from '@interlink/spec';

/** The number of a container's current or last run, from 0; -1 before the first. A foreign plugin may leave the count out. */
export function runNumber({ state, lastState, restartCount = 0 }: Partial<ContainerStatus>): number {
  const hasStarted = [state?.running, state?.terminated, lastState?.terminated].some((one) => one !== undefined);
  return hasStarted ? restartCount : -1;
}
