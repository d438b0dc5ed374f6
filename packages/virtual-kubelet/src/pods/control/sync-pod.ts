import type { Pod, PodStatusV1 } from '@interlink/spec';
import { jobLostReason } from '../status/ended-status.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { remoteStateKnown } from '../status/remote-evidence.ts';
import { statusContext, type PodContext, type Step } from './pod-context.ts';
import { podKey, podReference, podUid } from './pod-identity.ts';
import { writeStatus } from './write-pod.ts';

/** Takes the latest answer about a pod over into its status. Without one it mends what others changed. */
export async function syncPod(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  const { memory } = context;
  const uid = podUid(pod);
  const answer = memory.answers.get(uid);
  const next = nextPodStatus(pod, answer?.status, statusContext(context, pod));
  await writeStatus(context, pod, next.status, { signal });
  // Only now: a write that failed is repeated with the same answer, unless a newer one came meanwhile.
  if (memory.answers.get(uid) === answer) memory.answers.delete(uid);
  tellDoubt(context, pod, next.status);
  return { requeueAfterSeconds: next.lookAgainAfterSeconds };
}

/** Nobody should find out by accident that a job is lost or cannot be seen. */
function tellDoubt({ events, logger }: PodContext, pod: Pod, status: PodStatusV1): void {
  if (status.reason === jobLostReason && pod.status?.reason !== jobLostReason) {
    logger.error({ pod: podKey(pod), podUid: podUid(pod) }, 'job lost');
    events.event(podReference(pod), 'Warning', jobLostReason, status.message ?? '');
    return;
  }
  const before = pod.status?.conditions?.find(({ type }) => type === remoteStateKnown);
  const after = status.conditions?.find(({ type }) => type === remoteStateKnown);
  if (after?.status !== 'False' || (before?.status === 'False' && before.reason === after.reason)) return;
  events.event(podReference(pod), 'Warning', after.reason ?? 'RemoteStateUnknown', after.message ?? '');
}
