import type { PodStatus } from '@interlink/spec';
import type { ConditionClaim } from './pod-conditions.ts';
import type { TrackedContainer } from './tracked-containers.ts';

/** Reason of a pod that failed because its job vanished. */
export const jobLostReason = 'JobLost';

/** Reasons of ends that are the infrastructure's doing and not the pod's own, as our plugins word them. */
const disruptions: ReadonlySet<string> = new Set(['Preempted', 'NodeFailed', 'NodeBootFailed', jobLostReason]);

/**
 * The condition `DisruptionTarget` of a pod that failed by preemption or with its machine: the `podFailurePolicy` of a Job can leave such a failure
 * uncounted. Undefined for every other failure.
 */
export function disruptionClaim(
  remote: PodStatus | undefined,
  tracked: readonly TrackedContainer[],
): ConditionClaim | undefined {
  const said = [remote?.interlink, ...tracked.map(({ status }) => status.state?.terminated)];
  const found = said.find((words) => words?.reason !== undefined && disruptions.has(words.reason));
  if (found === undefined) return undefined;
  return { type: 'DisruptionTarget', status: 'True', reason: found.reason, message: found.message };
}
