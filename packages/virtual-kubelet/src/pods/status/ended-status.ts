import type { ContainerStateTerminated, Pod, PodStatusV1 } from '@interlink/spec';
import { composeStatus } from './compose-status.ts';
import { present } from './container-state.ts';
import { jobLostReason } from './disruption.ts';
import { formatTime } from './kubernetes-time.ts';
import type { ConditionClaim } from './pod-conditions.ts';
import { isTerminal } from './pod-phase.ts';
import { judgeRemote } from './remote-evidence.ts';
import type { StatusContext } from './status-context.ts';
import { statusesOf, trackContainers, type TrackedContainer } from './tracked-containers.ts';

/** Reason of a pod that the backend refused; the Go virtual kubelet uses the same. */
export const providerFailedReason = 'ProviderFailed';

/** What a kubelet writes for a container whose end nobody saw. */
const unseenEnd = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
} as const;

/** The status of a pod that was refused: Failed, in the backend's own words. */
export function refusedStatus(pod: Pod, message: string, context: StatusContext): PodStatusV1 {
  const end = { exitCode: 1, reason: providerFailedReason, message };
  return endedStatus(pod, { end, reason: providerFailedReason, message }, context);
}

/** The status of a pod whose job is lost: Failed, and marked as a disruption for the Job controller. */
export function lostStatus(pod: Pod, message: string, context: StatusContext): PodStatusV1 {
  const claim: ConditionClaim = { type: 'DisruptionTarget', status: 'True', reason: jobLostReason, message };
  return endedStatus(pod, { end: unseenEnd, reason: jobLostReason, message, claims: [claim] }, context);
}

/** The status of a pod that was ended at its deadline, in a kubelet's words. */
export function overdueStatus(pod: Pod, context: StatusContext): PodStatusV1 {
  const message = 'Pod was active on the node longer than the specified deadline';
  return endedStatus(pod, { end: { exitCode: 137, reason: 'Error' }, reason: 'DeadlineExceeded', message }, context);
}

/**
 * The last status of a pod whose job was ended because the pod is deleted. Containers whose end was reported keep it. Controllers wait for a
 * terminal phase before they replace a pod.
 */
export function deletedStatus(pod: Pod, context: StatusContext): PodStatusV1 {
  if (isTerminal(pod.status?.phase)) return pod.status ?? {};
  return endedStatus(pod, { end: unseenEnd, maySucceed: true }, context);
}

/** The containers of a pod that has ended by itself: ephemeral ones do not outlive it. */
export function endEphemeral(tracked: readonly TrackedContainer[], now: number): readonly TrackedContainer[] {
  return tracked.map((item) => (item.role === 'ephemeral' ? endContainer(item, { end: unseenEnd }, now) : item));
}

interface Ending {
  readonly end: Pick<ContainerStateTerminated, 'exitCode' | 'reason' | 'message'>;
  readonly reason?: string;
  readonly message?: string;
  readonly claims?: readonly ConditionClaim[];
  /** Whether containers that had all ended well before make it a success. Default: it is a failure. */
  readonly maySucceed?: boolean;
}

function endedStatus(pod: Pod, ending: Ending, context: StatusContext): PodStatusV1 {
  const tracked = trackContainers(pod, undefined, judgeRemote(undefined), context);
  const ended = tracked.map((item) => endContainer(item, ending, context.now));
  const { reason, message, claims = [], maySucceed = false } = ending;
  const main = statusesOf(ended, 'main');
  const succeeded = maySucceed && main.length > 0 && main.every(({ state }) => state?.terminated?.exitCode === 0);
  return composeStatus(
    pod,
    { tracked: ended, phase: succeeded ? 'Succeeded' : 'Failed', claims, reason, message },
    context,
  );
}

function endContainer(item: TrackedContainer, { end }: Ending, now: number): TrackedContainer {
  const { state } = item.status;
  if (!item.sent || state?.terminated) return item;
  const terminated = { ...end, ...present({ startedAt: state?.running?.startedAt }), finishedAt: formatTime(now) };
  return { ...item, status: { ...item.status, state: { terminated }, ready: false, started: false } };
}
