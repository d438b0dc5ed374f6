import type { Reconcile } from '@interlink/kube';
import { isInterLinkError } from '@interlink/spec';
import { isTerminal } from '../status/pod-phase.ts';
import { createPod } from './create-pod.ts';
import { endPod } from './end-pod.ts';
import type { PodContext, Step } from './pod-context.ts';
import { isBeingDeleted, podJobId, podUid } from './pod-identity.ts';
import { syncPod } from './sync-pod.ts';

/** An error that repeating at once does not mend, such as a missing permission, is tried again after this time. */
const refusedRetrySeconds = 30;

/** Brings the pod of a key nearer to what is wanted. It looks at the pod as it is, so that any number of calls do what one does. */
export function createPodReconcile(context: PodContext): Reconcile {
  return async (key, { signal }) => {
    try {
      return await reconcile(context, key, signal);
    } catch (error) {
      // A controller drops what is not retryable; a pod has to stay in care.
      if (signal.aborted || !isInterLinkError(error) || error.retryable || error.code === 'ILK_CONFLICT') throw error;
      context.logger.error({ pod: key, err: error }, 'pod not reconciled, trying again later');
      return { requeueAfterSeconds: refusedRetrySeconds };
    }
  };
}

async function reconcile(context: PodContext, key: string, signal: AbortSignal): Promise<Step> {
  const pod = context.store.get(key);
  if (pod === undefined || context.memory.removed.has(podUid(pod))) return undefined;
  if (isBeingDeleted(pod)) return await endPod(context, pod, signal);
  if (isTerminal(pod.status?.phase)) {
    context.memory.answers.delete(podUid(pod));
    return undefined;
  }
  if (podJobId(pod) === undefined) return await createPod(context, pod, signal);
  return await syncPod(context, pod, signal);
}
