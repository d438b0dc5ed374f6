import type { Pod, PodStatus } from '@interlink/spec';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { statusPatch } from '../status/status-patch.ts';
import { statusContext, type PodContext } from './pod-context.ts';
import { isBeingDeleted, podJobId, podKey, podUid } from './pod-identity.ts';
import { tellPod } from './tell-pod.ts';

/** Puts a key in for work. */
export type Enqueue = (key: string) => void;

/** Takes what the backend said of a pod, or that it said nothing. Only what changes something costs more than the comparison. */
export function takeAnswer(context: PodContext, pod: Pod, status: PodStatus | undefined, enqueue: Enqueue): void {
  const { memory } = context;
  const uid = podUid(pod);
  if (isBeingDeleted(pod)) {
    if (!memory.deleting.has(uid) && status === undefined) return;
    memory.answers.set(uid, status === undefined ? {} : { status });
    enqueue(podKey(pod));
    return;
  }
  if (isTerminal(pod.status?.phase)) return;
  if (status !== undefined) tellAlarm(context, pod, status);
  const said = status ?? silence(context, uid);
  if (status !== undefined) memory.silentSince.delete(uid);
  if (said === undefined) return;
  // Of a pod that was not taken yet only a state is news: it says that the pod was taken after all.
  if (podJobId(pod) === undefined && said.interlink !== undefined && said.interlink.state !== 'known') return;
  const isWaiting = memory.answers.has(uid) || memory.creating.has(uid);
  if (!isWaiting && !changesSomething(context, pod, said)) return;
  memory.answers.set(uid, { status: said });
  memory.awaited.get(uid)?.();
  enqueue(podKey(pod));
}

/** A probe that fails need not change a status, but its author should see it. Told again only after another state in between. */
function tellAlarm(context: PodContext, pod: Pod, { interlink }: PodStatus): void {
  const { alarms } = context.memory;
  const uid = podUid(pod);
  const message = interlink?.reason === 'Unhealthy' ? interlink.message : undefined;
  if (message === alarms.get(uid)) return;
  if (message === undefined) {
    alarms.delete(uid);
    return;
  }
  alarms.set(uid, message);
  tellPod(context, pod, { type: 'Warning', reason: 'Unhealthy', message });
}

function changesSomething(context: PodContext, pod: Pod, status: PodStatus): boolean {
  const next = nextPodStatus(pod, status, statusContext(context, pod));
  return next.lookAgainAfterSeconds !== undefined || statusPatch(pod.status, next.status) !== undefined;
}

/** After a while without a word, an answer that says so. It moves no state. */
function silence({ memory, clock, settings }: PodContext, uid: string): PodStatus | undefined {
  const since = memory.silentSince.get(uid);
  if (since === undefined) memory.silentSince.set(uid, clock.monotonic());
  if (since === undefined || clock.monotonic() - since < settings.unknownAfterSeconds * 1000) return undefined;
  const message = 'the backend says nothing about this pod';
  return { UID: uid, interlink: { state: 'unknown', reason: 'NoStatus', message } };
}
