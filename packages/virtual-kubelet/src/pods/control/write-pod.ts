import { annotations, isInterLinkError, type Pod, type PodStatusV1 } from '@interlink/spec';
import { statusPatch, statusPatchType } from '../status/status-patch.ts';
import type { PodContext } from './pod-context.ts';
import { podKey, podUid } from './pod-identity.ts';
import { trimPod } from './trim-pod.ts';

/**
 * Writes what changed of a pod's status, and its job id where one is given, in one request; none when nothing changed. The UID in the patch makes
 * the API server refuse it for another pod of the same name. A pod that is gone is no error: its end is told by the watch. Gives false for one.
 */
export async function writeStatus(
  context: Pick<PodContext, 'client' | 'store' | 'logger'>,
  pod: Pod,
  status: PodStatusV1,
  options: { readonly jobId?: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const { jobId, signal } = options;
  const patch = statusPatch(pod.status, status);
  if (patch === undefined && jobId === undefined) return true;
  const marks = jobId === undefined ? {} : { annotations: { [annotations.jobId]: jobId } };
  const body = { metadata: { uid: podUid(pod), ...marks }, status: patch ?? {} };
  const path = `${podPath(pod)}/status`;
  try {
    const written = await context.client.request<Pod>({
      method: 'PATCH',
      path,
      body,
      contentType: statusPatchType,
      signal,
    });
    context.store.keep(trimPod(written));
    return true;
  } catch (error) {
    if (!isReplaced(error)) throw error;
    context.logger.debug({ pod: podKey(pod), podUid: podUid(pod) }, 'status not written, the pod is gone');
    return false;
  }
}

/**
 * Takes a pod out of the API server at once: the last act of a node for a pod. Only for the pod of this UID; one that is gone already is no error.
 */
export async function removePod(
  context: Pick<PodContext, 'client' | 'memory'>,
  pod: Pod,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: podUid(pod) },
  };
  context.memory.removed.add(podUid(pod));
  try {
    await context.client.request({ method: 'DELETE', path: podPath(pod), body, signal });
  } catch (error) {
    if (isReplaced(error) || missesPrecondition(error)) return;
    context.memory.removed.delete(podUid(pod));
    throw error;
  }
}

/** Path of a pod in the API server. */
export function podPath({ metadata }: Pod): string {
  const { namespace = '', name = '' } = metadata ?? {};
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
}

/** Not there any more, or another pod has the name, whose UID a patch would have to change. */
function isReplaced(error: unknown): boolean {
  return isInterLinkError(error) && (error.code === 'ILK_NOT_FOUND' || error.field === 'metadata.uid');
}

/** A delete whose precondition is not met. */
function missesPrecondition(error: unknown): boolean {
  return isInterLinkError(error) && error.code === 'ILK_CONFLICT';
}
