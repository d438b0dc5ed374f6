import { annotations, type Pod } from '@interlink/spec';
import { jobGoneReason, remoteStateCondition, type Evidence } from './remote-evidence.ts';
import type { StatusContext } from './status-context.ts';

/** Whether a pod is lost: why, in words; or the seconds until it is; or undefined when that is not in question. */
export type LossVerdict = { readonly lostBecause: string } | { readonly inSeconds: number } | undefined;

/**
 * Judges whether a pod's job is lost by now: the backend does not have it, or, only where that is configured, could not say anything of it for very
 * long. The time runs from the condition in the pod, so that it survives a restart, and only while every answer says the same.
 */
export function judgeLoss(pod: Pod, evidence: Evidence, context: StatusContext): LossVerdict {
  const reason = evidence.doubt?.reason;
  if (reason === undefined || evidence.states || !hadJob(pod)) return undefined;
  const isGone = reason === jobGoneReason;
  const patienceSeconds = isGone ? context.lostAfterSeconds : (context.unknownLostAfterSeconds ?? 0);
  if (patienceSeconds <= 0) return undefined;
  const passedSeconds = secondsOfDoubt(pod, reason, context);
  if (passedSeconds < patienceSeconds) return { inSeconds: patienceSeconds - passedSeconds };
  const words = isGone
    ? 'the backend lost the job of this pod: it has no job and no record of it'
    : `nothing is known of the job of this pod for more than ${patienceSeconds} s, it counts as lost: ${evidence.doubt?.message ?? ''}`;
  return { lostBecause: words };
}

function secondsOfDoubt(pod: Pod, reason: string, { now, doubtSeconds }: StatusContext): number {
  const condition = remoteStateCondition(pod);
  if (condition?.status !== 'False' || condition.reason !== reason) return 0;
  const time = condition.lastTransitionTime ?? '';
  if (doubtSeconds !== undefined) return doubtSeconds(time);
  const since = Date.parse(time);
  return Number.isNaN(since) ? 0 : (now - since) / 1000;
}

function hadJob(pod: Pod): boolean {
  return pod.metadata?.annotations?.[annotations.jobId] !== undefined || pod.status?.phase === 'Running';
}
