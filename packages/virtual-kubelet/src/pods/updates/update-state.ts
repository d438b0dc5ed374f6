import type { WorkQueue } from '@interlink/kube';
import type { Pod } from '@interlink/spec';
import type { PodContext } from '../control/pod-context.ts';
import { isBeingDeleted, podJobId, podUid } from '../control/pod-identity.ts';
import type { Enqueue } from '../control/take-answer.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { changeableParts, type ChangeableParts } from './changeable-parts.ts';
import { isStale } from './is-stale.ts';
import { refusedContainers } from './refused-containers.ts';

/** What the parts of the update loop share. */
export interface UpdateState {
  readonly context: PodContext;
  /** Pods to be looked at. */
  readonly queue: WorkQueue;
  /** Has the status of a pod written anew. */
  readonly enqueue: Enqueue;
  /** Failures in a row, of pods whose update is tried again. */
  readonly retries: Map<string, number>;
  /** Pods that cannot be updated, with the backend's words. */
  readonly unsupported: Map<string, string>;
  /** Pods that wait for their first update. */
  readonly scheduled: Set<string>;
}

/** Whether the backend takes updates. */
export function isOffered({ api, features }: Pick<PodContext, 'api' | 'features'>): boolean {
  return api.update !== undefined && features().has('update');
}

/** Whether the backend has the pod and it has not ended. */
export function isHeld(pod: Pod): boolean {
  return podJobId(pod) !== undefined && !isBeingDeleted(pod) && !isTerminal(pod.status?.phase);
}

/** What may change of a pod that is held; undefined where nothing may. */
export function heldParts({ settings, accepts }: PodContext, pod: Pod): ChangeableParts | undefined {
  return isHeld(pod) ? changeableParts(pod, { settings, accepts: accepts() }) : undefined;
}

/** Whether the pod has something that the backend has not. */
export function isDue({ context, retries, unsupported }: UpdateState, pod: Pod, parts: ChangeableParts): boolean {
  const { memory, clock } = context;
  const uid = podUid(pod);
  if (unsupported.has(uid)) return false;
  const sent = memory.sent.get(uid);
  const present = { now: clock.monotonic(), versions: memory.versions, refused: refusedContainers(context, uid) };
  return sent === undefined || retries.has(uid) || isStale(parts, sent, present);
}

/** Forgets a pod that has ended. */
export function forgetPod({ context, retries, unsupported, scheduled }: UpdateState, uid: string): void {
  context.memory.sent.delete(uid);
  context.memory.heldBack.delete(uid);
  retries.delete(uid);
  unsupported.delete(uid);
  scheduled.delete(uid);
}
