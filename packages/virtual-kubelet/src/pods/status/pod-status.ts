import type { Pod, PodStatus, PodStatusV1 } from '@interlink/spec';
import { composeStatus } from './compose-status.ts';
import { lostStatus } from './ended-status.ts';
import { judgeLoss } from './judge-loss.ts';
import { isTerminal, podPhase } from './pod-phase.ts';
import { judgeRemote, remoteStateClaim, remoteStateCondition } from './remote-evidence.ts';
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
  if (loss === 'lost' && !isTerminal(phase)) return { status: lostStatus(pod, context) };
  const claim = remoteStateClaim(evidence, remoteStateCondition(pod));
  const { reason, message } = (phase === 'Failed' ? remote?.interlink : undefined) ?? {};
  const parts = { tracked, phase, claims: claim ? [claim] : [], reason, message };
  return withTime(composeStatus(pod, parts, context), [lookAgainAfterSeconds, loss]);
}

function withTime(status: PodStatusV1, waits: readonly unknown[]): NextStatus {
  const seconds = waits.filter((wait) => typeof wait === 'number');
  return seconds.length === 0 ? { status } : { status, lookAgainAfterSeconds: Math.min(...seconds) };
}
