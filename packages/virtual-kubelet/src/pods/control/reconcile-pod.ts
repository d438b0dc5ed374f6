import type { Reconcile } from '@interlink/kube';
import { isInterLinkError, type Pod } from '@interlink/spec';
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
  const { store, memory } = context;
  const pod = store.get(key);
  if (pod === undefined || memory.removed.has(podUid(pod))) return undefined;
  try {
    return await step(context, pod, signal);
  } finally {
    // It was forgotten when it vanished, and something may have been noted of it since.
    if (store.byUid(podUid(pod)) === undefined) memory.forget(podUid(pod));
  }
}

async function step(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  if (isBeingDeleted(pod)) return await endPod(context, pod, signal);
  if (isTerminal(pod.status?.phase)) {
    context.memory.answers.delete(podUid(pod));
    return undefined;
  }
  if (podJobId(pod) === undefined) return await createPod(context, pod, signal);
  return await syncPod(context, pod, signal);
}
