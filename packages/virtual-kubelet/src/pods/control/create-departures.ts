import { createController, createWorkQueue } from '@interlink/kube';
import { isInterLinkError, type Pod } from '@interlink/spec';
import { deleteRequest } from './end-pod.ts';
import type { PodContext } from './pod-context.ts';
import { podKey, podUid } from './pod-identity.ts';

/** Jobs whose pod left the API server without waiting for them, as a forced delete does. */
export interface Departures {
  /** Ends the job of a pod that is gone; repeats it until the backend accepts. */
  add(pod: Pod): void;
  run(signal: AbortSignal): Promise<void>;
}

interface Departure {
  readonly pod: Pod;
  readonly since: number;
}

const backoff = { initialMilliseconds: 500, maximumMilliseconds: 60_000 };
const refusedRetrySeconds = 30;
const workers = 8;

/** An empty list of departures. What is lost of it by a restart the orphan sweep finds, where the peer can list. */
export function createDepartures(context: PodContext): Departures {
  const { api, clock, logger, metrics, settings } = context;
  const pods = new Map<string, Departure>();
  const queue = createWorkQueue({ clock, backoff });

  async function reconcile(uid: string, { signal }: { readonly signal: AbortSignal }) {
    const departure = pods.get(uid);
    if (departure === undefined) return undefined;
    const { pod, since } = departure;
    try {
      await api.delete(deleteRequest(context, pod), { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isInterLinkError(error) || error.code !== 'ILK_NOT_FOUND') {
        metrics.deleted('failed');
        if (isOver(since)) {
          abandon(uid, departure, error);
          return undefined;
        }
        if (!isInterLinkError(error) || error.retryable) throw error;
        logger.warn({ pod: podKey(pod), podUid: uid, err: error }, 'delete refused by the backend, trying again');
        return { requeueAfterSeconds: refusedRetrySeconds };
      }
    }
    settle(uid, departure);
    metrics.deleted('accepted');
    logger.info({ pod: podKey(pod), podUid: uid }, 'job of a vanished pod deleted');
    return undefined;
  }

  function isOver(since: number): boolean {
    const { abandonDeletionAfterSeconds: patience } = settings;
    return patience > 0 && clock.monotonic() - since > patience * 1000;
  }

  /** What departed again meanwhile is looked at again: a create may have reached the backend after this delete. */
  function settle(uid: string, departure: Departure): void {
    if (pods.get(uid) === departure) pods.delete(uid);
  }

  function abandon(uid: string, departure: Departure, error: unknown): void {
    settle(uid, departure);
    metrics.deleted('abandoned');
    logger.error({ pod: podKey(departure.pod), podUid: uid, err: error }, 'job abandoned');
  }

  const controller = createController({ name: 'departures', queue, workers, reconcile, logger });
  return {
    add(pod) {
      pods.set(podUid(pod), { pod, since: clock.monotonic() });
      queue.add(podUid(pod));
    },
    run: (signal) => controller.run(signal),
  };
}
