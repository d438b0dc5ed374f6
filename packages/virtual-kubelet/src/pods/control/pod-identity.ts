import { annotations, type Pod } from '@interlink/spec';
import type { EventObject } from '@interlink/kube';

/** Key of a pod in queues and stores: `namespace/name`. */
export function podKey({ metadata }: Pod): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** UID of a pod. */
export function podUid({ metadata }: Pod): string {
  return metadata?.uid ?? '';
}

/** Id of the pod's job, once the backend took it. */
export function podJobId({ metadata }: Pod): string | undefined {
  return metadata?.annotations?.[annotations.jobId];
}

/** True once somebody wants the pod to end. */
export function isBeingDeleted({ metadata }: Pod): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** The pod as the object of an event. */
export function podReference(pod: Pod, container?: string): EventObject {
  const { name = '', namespace } = pod.metadata ?? {};
  const fieldPath = container === undefined ? {} : { fieldPath: `spec.containers{${container}}` };
  return { apiVersion: 'v1', kind: 'Pod', name, namespace, uid: podUid(pod), ...fieldPath };
}
