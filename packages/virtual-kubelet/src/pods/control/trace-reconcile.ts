import type { Reconcile } from '@interlink/kube';
import { inSpan, podAttributes } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import type { PodContext } from './pod-context.ts';
import { isBeingDeleted, podJobId } from './pod-identity.ts';

/** The same reconcile in a span, named as the Go virtual kubelet names the work that it is about to do. */
export function traceReconcile(
  reconcile: Reconcile,
  { store, nodeName }: Pick<PodContext, 'store' | 'nodeName'>,
): Reconcile {
  return async (key, options) => {
    const pod = store.get(key);
    if (pod === undefined) return await reconcile(key, options);
    const attributes = { ...podAttributes(pod.metadata), 'k8s.node.name': nodeName };
    return await inSpan(spanName(pod), { attributes }, () => reconcile(key, options));
  };
}

function spanName(pod: Pod): string {
  if (isBeingDeleted(pod)) return 'DeletePodVK';
  return podJobId(pod) === undefined ? 'CreatePodVK' : 'UpdatePodVK';
}
