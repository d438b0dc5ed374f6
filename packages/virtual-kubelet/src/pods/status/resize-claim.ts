import { isDeepStrictEqual } from 'node:util';
import type { ConditionClaim } from './pod-conditions.ts';
import type { TrackedContainer } from './tracked-containers.ts';

/** Condition of a pod whose resources somebody changed, as a kubelet has it. */
export const resizePending = 'PodResizePending';

/**
 * A job keeps the resources that it was submitted with. Where the spec asks for others by now (`kubectl patch --subresource resize`), the
 * condition says that this cannot be; undefined where both agree.
 */
export function resizeClaim(tracked: readonly TrackedContainer[]): ConditionClaim | undefined {
  const changed = tracked.filter(({ container, status }) => {
    return status.resources !== undefined && !isDeepStrictEqual(status.resources, container.resources ?? {});
  });
  if (changed.length === 0) return undefined;
  const names = changed.map(({ container }) => container.name).join(' ');
  const message = `the backend cannot change the resources of a job that was submitted: containers [${names}]`;
  return { type: resizePending, status: 'True', reason: 'Infeasible', message };
}
