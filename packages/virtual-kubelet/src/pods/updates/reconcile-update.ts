import type { Reconcile } from '@interlink/kube';
import { backoffDelayMilliseconds } from '@interlink/runtime';
import { isInterLinkError, type InterLinkError, type Pod } from '@interlink/spec';
import type { Step } from '../control/pod-context.ts';
import { podKey, podUid } from '../control/pod-identity.ts';
import { tellPod } from '../control/tell-pod.ts';
import type { ChangeableParts } from './changeable-parts.ts';
import { holdBack, refusedContainers } from './refused-containers.ts';
import { updatePod } from './update-pod.ts';
import { forgetPod, heldParts, isDue, isOffered, type UpdateState } from './update-state.ts';

const retryBackoff = { initialMilliseconds: 5000, maximumMilliseconds: 300_000 };
/** So many failures in a row are worth telling; one may be a restart of the backend. */
const toldAfterFailures = 3;
/** Before this time a peer that announced nothing may not have been asked yet. */
const firstPingSeconds = 15;

const notOffered = 'the backend of this node cannot add a container to a running pod';

/** Sends the pod of a key, if it has something that the backend has not. It repeats failures by itself. */
export function createUpdateReconcile(state: UpdateState): Reconcile {
  const { context, retries, unsupported, scheduled, enqueue } = state;
  const { memory, store, clock } = context;
  const startedAt = clock.monotonic();
  return async (key, { signal }) => {
    const pod = store.get(key);
    if (pod === undefined) return undefined;
    const uid = podUid(pod);
    scheduled.delete(uid);
    const parts = heldParts(context, pod);
    if (parts === undefined) return undefined;
    if (!isOffered(context)) {
      const sinceStart = (clock.monotonic() - startedAt) / 1000;
      const mayBeUnasked = context.features().size === 0 && sinceStart < firstPingSeconds;
      if (mayBeUnasked) return { requeueAfterSeconds: firstPingSeconds };
      return refuseAdded(state, pod, { parts, message: notOffered });
    }
    const message = unsupported.get(uid);
    if (message !== undefined) return refuseAdded(state, pod, { parts, message });
    // The backend of an earlier announcement took none; this one may.
    if (!memory.sent.has(uid)) memory.heldBack.delete(uid);
    if (!isDue(state, pod, parts)) return undefined;
    try {
      const outcome = await updatePod(context, pod, parts, signal);
      if (memory.heldBack.has(uid)) enqueue(key);
      if (outcome === 'try-again') return tryAgain(state, uid);
      retries.delete(uid);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAboutPod(error)) return handleFailure(state, pod, error);
      giveUp(state, pod, error);
      return refuseAdded(state, pod, { parts, message: error.message });
    } finally {
      if (store.byUid(uid) === undefined) forgetPod(state, uid);
    }
  };
}

/** Says of the ephemeral containers that are new why they cannot be. */
function refuseAdded(
  { context, enqueue }: UpdateState,
  pod: Pod,
  { parts, message }: { readonly parts: ChangeableParts; readonly message: string },
): Step {
  const refused = refusedContainers(context, podUid(pod));
  const sent = context.memory.sent.get(podUid(pod))?.ephemeral;
  const added = parts.ephemeral.filter((name) => !refused.has(name) && sent?.has(name) !== true);
  if (added.length === 0) return undefined;
  holdBack(context, pod, new Map(added.map((name) => [name, message])), 'CreateContainerError');
  enqueue(podKey(pod));
  return undefined;
}

function tryAgain({ retries }: UpdateState, uid: string): Step {
  const failures = retries.get(uid) ?? 0;
  retries.set(uid, failures + 1);
  return { requeueAfterSeconds: backoffDelayMilliseconds(failures, retryBackoff) / 1000 };
}

/** Whether this pod cannot be updated at all, such as one whose files travelled with its job. A field of its spec is about that part alone. */
function isAboutPod(error: unknown): error is InterLinkError {
  return isInterLinkError(error) && error.code === 'ILK_UNSUPPORTED' && error.field?.startsWith('pod.spec') !== true;
}

/** Told once: the pod keeps what it has until it ends. */
function giveUp({ context, retries, unsupported }: UpdateState, pod: Pod, error: InterLinkError): void {
  const uid = podUid(pod);
  retries.delete(uid);
  unsupported.set(uid, error.message);
  context.logger.info({ pod: podKey(pod), podUid: uid, err: error }, 'pod cannot be updated');
  const message = `what changes in the pod cannot be brought to the backend: ${error.message}`;
  tellPod(context, pod, { type: 'Warning', reason: 'UpdateFailed', message });
}

function handleFailure(state: UpdateState, pod: Pod, error: unknown): Step {
  const { context, retries } = state;
  const uid = podUid(pod);
  const step = tryAgain(state, uid);
  const failures = retries.get(uid) ?? 0;
  context.logger.warn({ pod: podKey(pod), podUid: uid, err: error, failures }, 'pod not updated, trying again');
  const isRefusal = isInterLinkError(error) && !error.retryable;
  if (isRefusal || failures >= toldAfterFailures) {
    const words = error instanceof Error ? error.message : String(error);
    const message = `what changed in the pod is not with the backend yet, trying again: ${words}`;
    tellPod(context, pod, { type: 'Warning', reason: 'UpdateFailed', message });
  }
  return step;
}
