import { annotations, isInterLinkError, type Pod, type PodStatus } from '@interlink/spec';
import { deletedStatus } from '../status/ended-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { statusContext, type PodContext, type Step } from './pod-context.ts';
import { podJobId, podKey, podUid } from './pod-identity.ts';
import { steadyAgeSeconds } from './steady-age.ts';
import { syncPod } from './sync-pod.ts';
import { retryable } from './retryable.ts';
import { wasAttempted } from './prepare-pod.ts';
import { tellPod } from './tell-pod.ts';
import { removePod, writeStatus } from './write-pod.ts';

/** The Go virtual kubelet marks a pod so when it asks for the end of its job. */
const deletedReason = 'VKProviderPodDeleted';
/** A pod that waits for the backend's confirmation is looked at this often, besides whenever there is an answer. */
const recheckSeconds = 60;
const patienceAfterGraceSeconds = 5;

/**
 * Ends a pod that somebody deleted: asks the backend to end the job, waits until it is gone, and only then takes the pod out of the API
 * server. A pod that was never sent goes at once.
 */
export async function endPod(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  const { memory } = context;
  const uid = podUid(pod);
  if (podJobId(pod) === undefined && !memory.attempted.has(uid) && !wasAttempted(pod))
    return await finish(context, pod, signal);
  if (!memory.deleting.has(uid)) {
    const wait = await requestEnd(context, pod, signal);
    if (wait === 'abandoned') return await finish(context, pod, signal);
    if (wait !== undefined) return wait;
    // What was answered before the delete says nothing about it.
    memory.answers.delete(uid);
    context.askSoon();
    return { requeueAfterSeconds: recheckSeconds };
  }
  const answer = memory.answers.get(uid);
  const confirmed = answer !== undefined && isConfirmed(answer.status);
  if (confirmed || isOverdue(context, pod)) {
    if (!confirmed) abandon(context, pod, 'the backend did not confirm the end of the job');
    return await finish(context, pod, signal);
  }
  if (answer !== undefined) await syncPod(context, pod, signal);
  if (!isRepeatDue(context, pod, answer?.status)) return { requeueAfterSeconds: recheckSeconds };
  memory.deleting.delete(uid);
  return { requeueAfterSeconds: 0 };
}

/** A foreign plugin whose container runs on after the grace period is told again. */
function isRepeatDue({ memory, clock }: PodContext, pod: Pod, status: PodStatus | undefined): boolean {
  if (status === undefined || status.interlink !== undefined) return false;
  const graceSeconds = (pod.metadata?.deletionGracePeriodSeconds ?? 30) + patienceAfterGraceSeconds;
  const since = memory.deleting.get(podUid(pod)) ?? clock.monotonic();
  return clock.monotonic() - since > graceSeconds * 1000;
}

/**
 * Silence and an answer without the extension come from a foreign plugin, whose 2xx was the confirmation; not where it says that a container still
 * runs: the job has its grace period, or the 2xx was not the plugin's.
 */
function isConfirmed(status: PodStatus | undefined): boolean {
  if (status?.interlink !== undefined) return status.interlink.state === 'gone';
  return !(status?.containers ?? []).some(({ state }) => state?.running !== undefined);
}

/** The pod as it goes into a delete. */
export function deleteRequest(context: PodContext, pod: Pod): Pod {
  const marks = { ...pod.metadata?.annotations, [annotations.clusterId]: context.clusterId };
  const status = { ...pod.status, reason: deletedReason };
  return { metadata: { ...pod.metadata, annotations: marks }, ...(pod.spec ? { spec: pod.spec } : {}), status };
}

/** Asks for the end of the job; gives undefined once the backend accepted it. Throws what passes by itself. */
async function requestEnd(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step | 'abandoned'> {
  const { api, memory, metrics } = context;
  try {
    await api.delete(deleteRequest(context, pod), { signal });
    metrics.deleted('accepted');
  } catch (error) {
    signal.throwIfAborted();
    if (!isInterLinkError(error) || error.code !== 'ILK_NOT_FOUND') {
      metrics.deleted('failed');
      const message = error instanceof Error ? error.message : String(error);
      const words = `the job could not be deleted, trying again: ${message}`;
      tellPod(context, pod, { type: 'Warning', reason: 'FailedKillPod', message: words });
      if (isOverdue(context, pod)) {
        abandon(context, pod, message);
        return 'abandoned';
      }
      // Refused ones too: a Go peer answers 500 to whatever fails.
      throw retryable(error);
    }
  }
  memory.deleting.set(podUid(pod), context.clock.monotonic());
  if (!isTerminal(pod.status?.phase))
    tellPod(context, pod, { type: 'Normal', reason: 'Killing', message: `Stopping job ${podJobId(pod) ?? ''}`.trim() });
  return undefined;
}

async function finish(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  if (!isTerminal(pod.status?.phase)) {
    await writeStatus(context, pod, deletedStatus(pod, statusContext(context, pod)), { signal });
  }
  await removePod(context, pod, signal);
  context.logger.info({ pod: podKey(pod), podUid: podUid(pod) }, 'pod removed');
  return undefined;
}

function abandon(context: PodContext, pod: Pod, message: string): void {
  const { metrics, logger } = context;
  metrics.deleted('abandoned');
  logger.error({ pod: podKey(pod), podUid: podUid(pod), jobId: podJobId(pod), reason: message }, 'job abandoned');
  const words = `the pod is removed although its job ${podJobId(pod) ?? ''} may still run: ${message}`;
  tellPod(context, pod, { type: 'Warning', reason: 'JobAbandoned', message: words });
}

/** Whether the patience with the backend is over. */
function isOverdue(context: PodContext, pod: Pod): boolean {
  const patienceSeconds = context.settings.abandonDeletionAfterSeconds;
  const time = pod.metadata?.deletionTimestamp ?? '';
  return patienceSeconds > 0 && steadyAgeSeconds(context, pod, { kind: 'deletion', time }) > patienceSeconds;
}
