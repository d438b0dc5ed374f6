import type { KubeClient } from '@interlink/kube';
import { isInterLinkError, type HeldPod, type Pod } from '@interlink/spec';
import { deleteRequest } from './end-pod.ts';
import type { PodContext } from './pod-context.ts';
import { podUid } from './pod-identity.ts';

/** Looks for jobs without a pod. */
export interface OrphanSweep {
  run(signal: AbortSignal): Promise<void>;
  /** One look; gives how many jobs without a pod there are still. */
  sweep(signal: AbortSignal): Promise<number>;
}

/** Until the peer announces that it can list, its announcements are looked at this often. */
const lookMilliseconds = 1000;
const retryMilliseconds = 10_000;

/**
 * Deletes jobs of this cluster's and this node's pods that are absent from the API server for the configured time. Called only once the
 * informer has a full list. Jobs that do not say whose they are belong to nobody here and are left alone.
 */
export function createOrphanSweep(context: PodContext): OrphanSweep {
  const { api, clock, logger, metrics, settings, features, store } = context;
  const absentSince = new Map<string, number>();

  function isOurs(held: HeldPod): boolean {
    return held.cluster === context.clusterId && held.node === context.nodeName;
  }

  async function sweep(signal: AbortSignal): Promise<number> {
    const held = (await api.list?.({ signal })) ?? [];
    const orphans = held.filter((pod) => isOurs(pod) && store.byUid(pod.uid) === undefined);
    const present = new Set(orphans.map(({ uid }) => uid));
    for (const uid of absentSince.keys()) if (!present.has(uid)) absentSince.delete(uid);
    for (const orphan of orphans) {
      const since = absentSince.get(orphan.uid) ?? clock.monotonic();
      absentSince.set(orphan.uid, since);
      if (clock.monotonic() - since >= settings.orphanAfterSeconds * 1000) await tryToEnd(orphan, signal);
    }
    metrics.orphansFound(orphans.length);
    return orphans.length;
  }

  /** One that cannot be ended must not keep the others. */
  async function tryToEnd(orphan: HeldPod, signal: AbortSignal): Promise<void> {
    try {
      await end(orphan, signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ err: error, podUid: orphan.uid, jobId: orphan.jobId }, 'orphan not deleted, trying again');
    }
  }

  async function end(orphan: HeldPod, signal: AbortSignal): Promise<void> {
    if (await exists(context.client, orphan, signal)) return;
    const metadata = { name: orphan.name, namespace: orphan.namespace, uid: orphan.uid };
    await api.delete(deleteRequest(context, { metadata, spec: { containers: [] } }), { signal });
    metrics.orphanDeleted();
    logger.warn(
      { podUid: orphan.uid, jobId: orphan.jobId, pod: `${orphan.namespace}/${orphan.name}` },
      'orphan deleted',
    );
  }

  async function waitAfterSweep(signal: AbortSignal): Promise<number> {
    try {
      const orphans = await sweep(signal);
      const seconds = orphans > 0 ? settings.orphanAfterSeconds : settings.sweepIntervalSeconds;
      return Math.max(seconds * 1000, lookMilliseconds);
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ err: error }, 'jobs without a pod cannot be looked for');
      return retryMilliseconds;
    }
  }

  return {
    sweep,
    async run(signal) {
      while (!signal.aborted) {
        const canList = api.list !== undefined && features().has('list');
        await clock.sleep(canList ? await waitAfterSweep(signal) : lookMilliseconds, { signal });
      }
    },
  };
}

/** The informer could be wrong, and a job is dear: the API server itself is asked about each. */
async function exists(client: KubeClient, { namespace, name, uid }: HeldPod, signal: AbortSignal): Promise<boolean> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  try {
    return podUid(await client.request<Pod>({ method: 'GET', path, signal })) === uid;
  } catch (error) {
    if (isInterLinkError(error) && error.code === 'ILK_NOT_FOUND') return false;
    throw error;
  }
}
