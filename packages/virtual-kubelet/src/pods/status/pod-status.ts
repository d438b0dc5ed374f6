import type { Pod, PodStatus, PodStatusV1 } from '@interlink/spec';
import { composeStatus } from './compose-status.ts';
import { disruptionClaim } from './disruption.ts';
import { endEphemeral, lostStatus } from './ended-status.ts';
import { judgeLoss } from './judge-loss.ts';
import { pendingWords } from './pending-message.ts';
import { isTerminal, podPhase, type PodPhase } from './pod-phase.ts';
import { judgeRemote, remoteStateClaim, remoteStateCondition } from './remote-evidence.ts';
import { resizeClaim } from './resize-claim.ts';
import type { StatusContext } from './status-context.ts';
import { statusesOf, trackContainers } from './tracked-containers.ts';

/** A pod's next status. */
export interface NextStatus {
  readonly status: PodStatusV1;
  /** Set where the status changes by time alone. */
  readonly lookAgainAfterSeconds?: number;
}

/**
 * The status of a pod after an answer of the backend, or without one. Pure: the same arguments give the same status, and what did not change
 * comes out equal to what the pod has.
 *
 * @remarks
 * A terminal phase is never left. The phase follows from the containers in the pod's spec; a container that the answer leaves out
 * keeps its state. What the backend says of reasons, messages and times is kept.
 */
export function nextPodStatus(pod: Pod, remote: PodStatus | undefined, context: StatusContext): NextStatus {
  const previous = pod.status ?? {};
  if (isTerminal(previous.phase)) return { status: previous };
  const evidence = judgeRemote(remote);
  const tracked = trackContainers(pod, remote, evidence, context);
  const { phase, lookAgainAfterSeconds } = podPhase({
    init: statusesOf(tracked, 'init'),
    main: statusesOf(tracked, 'main'),
    restartPolicy: pod.spec?.restartPolicy ?? 'Always',
    previous: previous.phase,
    // Without an answer it is not known whose answers these states are from: the careful reading.
    restarts: evidence.exact || !evidence.states,
    now: context.now,
  });
  const loss = judgeLoss(pod, evidence, context);
  if (loss && 'lostBecause' in loss && !isTerminal(phase))
    return { status: lostStatus(pod, loss.lostBecause, context) };
  const claims = [
    remoteStateClaim(evidence, remoteStateCondition(pod)),
    resizeClaim(tracked),
    phase === 'Failed' ? disruptionClaim(remote, tracked) : undefined,
  ].filter((claim) => claim !== undefined);
  const last = isTerminal(phase) ? endEphemeral(tracked, context.now) : tracked;
  const parts = { tracked: last, phase, claims, ...podWords(pod, remote, phase) };
  const lossSeconds = loss && 'inSeconds' in loss ? loss.inSeconds : undefined;
  return withTime(composeStatus(pod, parts, context), [lookAgainAfterSeconds, lossSeconds]);
}

/** The pod's own reason and message. `kubectl describe pod` shows the message of a pod, but not those of containers that wait. */
function podWords(
  pod: Pod,
  remote: PodStatus | undefined,
  phase: PodPhase,
): { readonly reason?: string | undefined; readonly message?: string | undefined } {
  switch (phase) {
    case 'Failed':
      return { reason: remote?.interlink?.reason, message: remote?.interlink?.message };
    case 'Pending':
      // Silence keeps what is known, as it does with containers.
      return { message: remote === undefined ? pod.status?.message : pendingWords(pod, remote)?.message };
    case 'Running':
    case 'Succeeded':
      return {};
  }
}

function withTime(status: PodStatusV1, waits: readonly unknown[]): NextStatus {
  const seconds = waits.filter((wait) => typeof wait === 'number');
  return seconds.length === 0 ? { status } : { status, lookAgainAfterSeconds: Math.min(...seconds) };
}
