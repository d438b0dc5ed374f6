import { annotations, type Pod } from '@interlink/spec';
import { jobGoneReason, remoteStateCondition, type Evidence } from './remote-evidence.ts';
import type { StatusContext } from './status-context.ts';

/**
 * Whether a pod whose job the backend does not have is lost by now: `lost`, or the seconds until it is, or undefined when that is
 * not in question. The time runs from the condition in the pod, so that it survives a restart, and only while every answer says gone.
 */
export function judgeLoss(pod: Pod, evidence: Evidence, context: StatusContext): 'lost' | number | undefined {
  const { lostAfterSeconds, now } = context;
  if (lostAfterSeconds <= 0 || !hadJob(pod) || evidence.doubt?.reason !== jobGoneReason) return undefined;
  const condition = remoteStateCondition(pod);
  const isGone = condition?.status === 'False' && condition.reason === jobGoneReason;
  const since = isGone ? Date.parse(condition.lastTransitionTime ?? '') : now;
  const goneSeconds = Number.isNaN(since) ? 0 : (now - since) / 1000;
  return goneSeconds >= lostAfterSeconds ? 'lost' : lostAfterSeconds - goneSeconds;
}

function hadJob(pod: Pod): boolean {
  return pod.metadata?.annotations?.[annotations.jobId] !== undefined || pod.status?.phase === 'Running';
}
