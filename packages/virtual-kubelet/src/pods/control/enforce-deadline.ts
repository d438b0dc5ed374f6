import { isInterLinkError, type Pod } from '@interlink/spec';
import { overdueStatus } from '../status/ended-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { deleteRequest } from './end-pod.ts';
import { statusContext, type PodContext, type Step } from './pod-context.ts';
import { podKey, podUid } from './pod-identity.ts';
import { writeStatus } from './write-pod.ts';

/** A backend that counts by itself goes first: it ends the containers with their last words. */
const slackSeconds = 5;

/**
 * Seconds until `activeDeadlineSeconds` of a pod is over; undefined where it has none, or where nothing of it ran yet. It counts from the start
 * of the first container, as a batch backend counts it, not from the pod's acceptance: a job may wait for its machine for days.
 */
export function secondsToDeadline({ spec, status }: Pod, ageSeconds: (time: string) => number): number | undefined {
  if (spec?.activeDeadlineSeconds === undefined || isTerminal(status?.phase)) return undefined;
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const starts = all.flatMap(({ state, lastState }) =>
    [lastState?.terminated?.startedAt, state?.terminated?.startedAt, state?.running?.startedAt]
      .map((time) => Date.parse(time ?? ''))
      .filter((time) => !Number.isNaN(time)),
  );
  if (starts.length === 0) return undefined;
  const first = new Date(Math.min(...starts)).toISOString();
  return spec.activeDeadlineSeconds + slackSeconds - ageSeconds(first);
}

/**
 * Ends a pod whose deadline is over: a backend learns of the value at its create alone, and it can be shortened afterwards. The job is asked to end
 * first, and the pod fails when the backend has taken that.
 */
export async function failOverduePod(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  try {
    await context.api.delete(deleteRequest(context, pod), { signal });
  } catch (error) {
    // There is nothing to end any more.
    if (!isInterLinkError(error) || error.code !== 'ILK_NOT_FOUND') throw error;
  }
  context.logger.info({ pod: podKey(pod), podUid: podUid(pod) }, 'deadline of the pod is over, job ended');
  await writeStatus(context, pod, overdueStatus(pod, statusContext(context, pod)), { signal });
  return undefined;
}
