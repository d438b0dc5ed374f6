import type { Pod } from '@interlink/spec';
import type { PodEvent } from '../status/pod-event.ts';
import type { PodContext } from './pod-context.ts';
import { podReference } from './pod-identity.ts';

/** Tells events of a pod, where `kubectl describe pod` shows them. */
export function tellPod({ events }: Pick<PodContext, 'events'>, pod: Pod, ...told: readonly PodEvent[]): void {
  for (const { type, reason, message, container } of told)
    events.event(podReference(pod, container), type, reason, message);
}

/** Tells once that the node has the pod in work, where handing it on takes more than a moment. */
export function tellAccepted(context: Pick<PodContext, 'events' | 'memory' | 'nodeName'>, pod: Pod, uid: string): void {
  if (context.memory.accepted.has(uid)) return;
  context.memory.accepted.add(uid);
  const message = `node ${context.nodeName} has the pod and hands it to the backend`;
  tellPod(context, pod, { type: 'Normal', reason: 'Accepted', message });
}
