import type { Pod, PodStatusV1 } from '@interlink/spec';
import { jobLostReason } from '../status/disruption.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { statusEvents } from '../status/status-events.ts';
import { failOverduePod, secondsToDeadline } from './enforce-deadline.ts';
import { statusContext, type PodContext, type Step } from './pod-context.ts';
import { podKey, podUid } from './pod-identity.ts';
import { steadyAgeSeconds } from './steady-age.ts';
import { tellPod } from './tell-pod.ts';
import { writeStatus } from './write-pod.ts';

/** Takes the latest answer about a pod over into its status. Without one it mends what others changed. */
export async function syncPod(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  const { memory } = context;
  const uid = podUid(pod);
  const answer = memory.answers.get(uid);
  const next = nextPodStatus(pod, answer?.status, statusContext(context, pod));
  const written = await writeStatus(context, pod, next.status, { signal });
  // Only now: a write that failed is repeated with the same answer, unless a newer one came meanwhile.
  if (memory.answers.get(uid) === answer) memory.answers.delete(uid);
  logLoss(context, pod, next.status);
  if (written) tellPod(context, pod, ...statusEvents(pod, next.status, answer?.status));
  const left = secondsToDeadline({ ...pod, status: next.status }, (time) =>
    steadyAgeSeconds(context, pod, { kind: 'start', time }),
  );
  if (left !== undefined && left <= 0) return await failOverduePod(context, { ...pod, status: next.status }, signal);
  return { requeueAfterSeconds: soonest(next.lookAgainAfterSeconds, left) };
}

/** A timer cannot wait for weeks. */
const longestWaitSeconds = 86_400;

function soonest(...waits: readonly (number | undefined)[]): number | undefined {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : Math.min(...known, longestWaitSeconds);
}

/** Nobody should find out by accident that a job is lost. */
function logLoss({ logger }: PodContext, pod: Pod, status: PodStatusV1): void {
  if (status.reason !== jobLostReason || pod.status?.reason === jobLostReason) return;
  logger.error({ pod: podKey(pod), podUid: podUid(pod), reason: status.message }, 'job lost');
}
