import type { Pod } from '@interlink/spec';
import type { InputProblem } from '../inputs/pod-inputs.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import type { WaitingReason } from '../status/status-context.ts';
import { creatingReason, statusContext, type PodContext, type Step } from './pod-context.ts';
import { podUid } from './pod-identity.ts';
import { tellAccepted, tellPod } from './tell-pod.ts';
import { writeStatus } from './write-pod.ts';

const retryBounds = { least: 0.5, most: 5 };
/** A pod that waits for long is looked at less often: each wait is this part of its age. */
const shareOfAge = 0.25;

/**
 * Shows in the pod what it waits for, as a kubelet does: a volume keeps all containers in creation and is told by an event, a variable is the
 * reason of its container. Asks to look again after a quarter of the pod's age, at least every 5 s.
 */
export async function waitForInputs(
  context: PodContext,
  pod: Pod,
  problems: readonly InputProblem[],
  signal: AbortSignal,
): Promise<Step> {
  const volumes = problems.filter((problem) => problem.kind === 'volume');
  const variables = volumes.length > 0 ? [] : problems.filter((problem) => problem.kind === 'environment');
  tellAccepted(context, pod, podUid(pod));
  for (const { volume, reason } of volumes) {
    const message = `MountVolume.SetUp failed for volume "${volume}" : ${reason}`;
    tellPod(context, pod, { type: 'Warning', reason: 'FailedMount', message });
  }
  for (const { container, reason } of variables) {
    tellPod(context, pod, { type: 'Warning', reason: 'Failed', message: `Error: ${reason}`, container });
  }
  const reasons = new Map<string, WaitingReason>(
    variables.map(({ container, reason }) => [container, { reason: 'CreateContainerConfigError', message: reason }]),
  );
  const waiting = (name: string): WaitingReason => reasons.get(name) ?? creatingReason(pod);
  const { status } = nextPodStatus(pod, undefined, statusContext(context, pod, waiting));
  await writeStatus(context, pod, status, { signal });
  return { requeueAfterSeconds: retrySeconds(pod, context.clock.now()) };
}

function retrySeconds(pod: Pod, now: number): number {
  const ageSeconds = (now - Date.parse(pod.metadata?.creationTimestamp ?? '')) / 1000;
  if (Number.isNaN(ageSeconds)) return retryBounds.most;
  return Math.min(retryBounds.most, Math.max(retryBounds.least, ageSeconds * shareOfAge));
}
