import type { Pod, PodStatus, PodStatusV1 } from '@interlink/spec';
import { containerEvents, isToldOfContainer } from './container-events.ts';
import { jobLostReason } from './disruption.ts';
import { pendingWords } from './pending-message.ts';
import type { PodEvent } from './pod-event.ts';
import { remoteStateKnown } from './remote-evidence.ts';
import { containerStatusesOf } from './tracked-containers.ts';

/**
 * What is worth telling of the step from the pod's status to the next one. Pure: events follow from what was written, so that a step is told once,
 * whichever process takes it; but a crash between the write and its event leaves the event out.
 */
export function statusEvents(pod: Pod, next: PodStatusV1, remote: PodStatus | undefined): readonly PodEvent[] {
  const before = pod.status ?? {};
  if (next === before) return [];
  const known = new Map(containerStatusesOf(before).map((status) => [status.name, status]));
  const isLost = next.reason === jobLostReason && before.reason !== jobLostReason;
  return [
    ...waiting(pod, next, remote),
    ...(isLost
      ? [lost(next)]
      : containerStatusesOf(next).flatMap((status) => containerEvents(known.get(status.name), status))),
    ...(isLost ? [] : doubt(before, next)),
  ];
}

/** Told when the reason changes, not at each new estimate of the start: the pod's message has that. */
function waiting(pod: Pod, next: PodStatusV1, remote: PodStatus | undefined): readonly PodEvent[] {
  if (next.phase !== 'Pending') return [];
  const words = pendingWords(pod, remote);
  if (words === undefined || isToldOfContainer(words.reason)) return [];
  const told = containerStatusesOf(pod.status).some(({ state }) => state?.waiting?.reason === words.reason);
  return told ? [] : [{ type: 'Normal', reason: 'Waiting', message: `${words.reason}: ${words.message}` }];
}

function lost({ message = '' }: PodStatusV1): PodEvent {
  return { type: 'Warning', reason: 'JobLost', message };
}

function doubt(before: PodStatusV1, next: PodStatusV1): readonly PodEvent[] {
  const old = before.conditions?.find(({ type }) => type === remoteStateKnown);
  const now = next.conditions?.find(({ type }) => type === remoteStateKnown);
  if (now === undefined || (old?.status === now.status && old.reason === now.reason)) return [];
  if (now.status === 'True')
    return [{ type: 'Normal', reason: 'RemoteStateKnown', message: 'the state of the job is known again' }];
  const { reason = 'Unknown', message = '', lastTransitionTime = '' } = now;
  const words = `${reason}: ${message}; nothing was changed, unknown since ${lastTransitionTime}`;
  return [{ type: 'Warning', reason: 'RemoteStateUnknown', message: words }];
}
