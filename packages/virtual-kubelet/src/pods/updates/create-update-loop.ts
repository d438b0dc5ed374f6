import { createController, createWorkQueue, type Change } from '@interlink/kube';
import type { Pod } from '@interlink/spec';
import type { PodContext } from '../control/pod-context.ts';
import { podKey, podUid } from '../control/pod-identity.ts';
import type { Enqueue } from '../control/take-answer.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { showsMetadata } from './changeable-parts.ts';
import { lookAtObjects } from './look-at-objects.ts';
import { createUpdateReconcile } from './reconcile-update.ts';
import { sweepUpdates } from './sweep-updates.ts';
import { forgetPod, isHeld, isOffered, type UpdateState } from './update-state.ts';

/** Brings to the backend what changes in pods that it holds. */
export interface UpdateLoop {
  run(signal: AbortSignal): Promise<void>;
  /** Takes note of a change of a pod. */
  follow(change: Change<Pod>): void;
}

const workers = 16;
/** Until the peer announces that it takes updates, its announcements are looked at this often. */
const announcementMilliseconds = 1000;
/** Tokens are due at a time of their own. */
const longestTickSeconds = 30;

/**
 * The loop: tokens before they expire, objects behind volumes when they changed, labels, annotations and ephemeral containers at once. It costs a plain
 * pod nothing, and others some words of memory: what a pod was sent is known by versions, not by contents. Deletions in the cluster change nothing in a pod.
 */
export function createUpdateLoop(options: { readonly context: PodContext; readonly enqueue: Enqueue }): UpdateLoop {
  const { context } = options;
  const queue = createWorkQueue({ clock: context.clock });
  const state: UpdateState = { ...options, queue, retries: new Map(), unsupported: new Map(), scheduled: new Set() };
  const reconcile = createUpdateReconcile(state);
  return {
    async run(signal) {
      const controller = createController({ name: 'updates', queue, workers, reconcile, logger: context.logger });
      const broken = new AbortController();
      const either = AbortSignal.any([signal, broken.signal]);
      try {
        await Promise.all([controller.run(either), sweepForever(state, either)]);
      } finally {
        broken.abort();
      }
    },
    follow({ type, object: pod, previous }) {
      if (type === 'deleted' || isTerminal(pod.status?.phase)) forgetPod(state, podUid(pod));
      else if (isHeld(pod) && isNews(context, pod, previous)) queue.add(podKey(pod));
    },
  };
}

async function sweepForever(state: UpdateState, signal: AbortSignal): Promise<void> {
  const { clock, memory, settings } = state.context;
  const seconds = settings.volumeRefreshSeconds;
  let nextLook = 0;
  while (!signal.aborted) {
    if (!isOffered(state.context)) {
      await clock.sleep(announcementMilliseconds, { signal });
      continue;
    }
    const paths = await sweepUpdates(state, signal);
    if (seconds === 0) memory.versions.clear();
    else if (clock.monotonic() >= nextLook) {
      nextLook = clock.monotonic() + seconds * 1000;
      await lookAtObjects(paths, memory.versions, { ...state.context, seconds: seconds / 2, signal });
      await sweepUpdates(state, signal);
    }
    await clock.sleep(Math.min(seconds > 0 ? seconds : longestTickSeconds, longestTickSeconds) * 1000, { signal });
  }
}

/** What cannot wait for the next look: an ephemeral container, and labels or annotations that a volume shows. */
function isNews({ memory }: PodContext, pod: Pod, previous: Pod | undefined): boolean {
  const { ephemeralContainers = [] } = pod.spec ?? {};
  if (ephemeralContainers.length > 0) {
    const uid = podUid(pod);
    const sent = memory.sent.get(uid)?.ephemeral;
    const held = memory.heldBack.get(uid);
    if (ephemeralContainers.some(({ name }) => sent?.has(name) !== true && held?.has(name) !== true)) return true;
  }
  return previous !== undefined && hasOtherMetadata(previous, pod) && showsMetadata(pod);
}

function hasOtherMetadata(previous: Pod, pod: Pod): boolean {
  const describe = ({ metadata }: Pod): string => JSON.stringify([metadata?.labels, metadata?.annotations]);
  return describe(previous) !== describe(pod);
}
