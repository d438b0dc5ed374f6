import { annotations, isInterLinkError, type Pod } from '@interlink/spec';
import { outageTolerations } from './outage-tolerations.ts';
import type { PodContext } from './pod-context.ts';
import { podKey, podUid } from './pod-identity.ts';
import { trimPod } from './trim-pod.ts';
import { podPath } from './write-pod.ts';

/**
 * What has to stand in a pod before it is sent, in one write, or none: tolerations with which an outage of ours does not end it, and for a peer that
 * did not say that a create may be repeated, the mark that one was tried. Gives the pod as it is then.
 */
export async function preparePod(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Pod> {
  const { client, clock, store, features, settings } = context;
  const tolerations = outageTolerations(pod.spec?.tolerations ?? [], settings);
  const isMarked = features().size > 0 || wasAttempted(pod);
  if (tolerations === undefined && isMarked) return pod;
  const marks = isMarked ? {} : { annotations: { [annotations.createAttempted]: new Date(clock.now()).toISOString() } };
  // The version: the list is replaced as a whole, and somebody may have added to it.
  const { resourceVersion } = pod.metadata ?? {};
  const version = tolerations === undefined ? {} : { resourceVersion };
  const body = {
    metadata: { uid: podUid(pod), ...version, ...marks },
    ...(tolerations === undefined ? {} : { spec: { tolerations } }),
  };
  try {
    const written = trimPod(await client.request<Pod>({ method: 'PATCH', path: podPath(pod), body, signal }));
    store.keep(written);
    return written;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    sayRefused(context, pod, error);
    return pod;
  }
}

/** Whether a create was tried, by this process or one before, according to the pod itself. */
export function wasAttempted({ metadata }: Pod): boolean {
  return metadata?.annotations?.[annotations.createAttempted] !== undefined;
}

/**
 * Roles made for the Go virtual kubelet may lack the verb, and policies of a cluster refuse changes as forbidden or as invalid. The pod runs all the same. A
 * UID that is another one is no refusal: the pod is gone.
 */
function isRefusal(error: unknown): boolean {
  if (!isInterLinkError(error) || error.field === 'metadata.uid') return false;
  return error.code === 'ILK_FORBIDDEN' || error.code === 'ILK_INVALID_INPUT';
}

function sayRefused({ memory, logger }: PodContext, pod: Pod, error: unknown): void {
  if (memory.warned.has('patch pods')) return;
  memory.warned.add('patch pods');
  const message =
    'pods not prepared: the role needs the verb patch on pods, and policies must allow it, else an outage of this process may evict them';
  logger.warn({ pod: podKey(pod), err: error }, message);
}
