import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import type { OwnerReference } from '@interlink/spec';
import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import { leaseCollection, type Lease } from './lease.ts';
import { microTime } from './micro-time.ts';

/** What {@link keepLease} needs. */
export interface LeaseOptions {
  readonly client: KubeClient;
  readonly name: string;
  /** Default `kube-node-lease`. */
  readonly namespace?: string | undefined;
  /** Who holds the lease, e.g. the node's name. */
  readonly holder: string;
  /** After this time without renewal the holder counts as dead. Default 40, as a kubelet. */
  readonly durationSeconds?: number | undefined;
  /** Default 10. */
  readonly renewSeconds?: number | undefined;
  /** The owner now, asked at each renewal: the lease is deleted with it. */
  readonly owner?: (() => OwnerReference | undefined) | undefined;
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
}

const retrySeconds = 1;

/**
 * Renews a lease until the signal aborts, then resolves; nothing else ends it. A deleted lease is made anew, a failure is logged and tried again
 * soon. The lease is left as it is at the end: it runs out by itself.
 */
export async function keepLease(options: LeaseOptions, signal: AbortSignal): Promise<void> {
  const { clock = systemClock, logger, name, renewSeconds = 10 } = options;
  let lease: Lease | undefined;
  const stopped = (): boolean => signal.aborted;
  while (!stopped()) {
    let delaySeconds = renewSeconds;
    try {
      lease = await renew(options, lease, signal);
    } catch (error) {
      lease = undefined;
      delaySeconds = retrySeconds;
      if (!stopped()) logger.warn({ err: error, lease: name }, 'lease not renewed');
    }
    await clock.sleep(delaySeconds * 1000, { signal }).catch(() => undefined);
  }
}

async function renew(options: LeaseOptions, known: Lease | undefined, signal: AbortSignal): Promise<Lease> {
  const { client, name } = options;
  const collection = leaseCollection(options.namespace ?? 'kube-node-lease');
  const path = `${collection}/${name}`;
  // A renewal must not take longer than the lease lasts: a slow answer is given up for a new try.
  const timeoutSeconds = options.renewSeconds ?? 10;
  try {
    const lease = known ?? (await client.request<Lease>({ method: 'GET', path, signal, timeoutSeconds }));
    return await client.request<Lease>({
      method: 'PUT',
      path,
      body: nextLease(options, lease),
      signal,
      timeoutSeconds,
    });
  } catch (error) {
    if (hasStatus(error, 409)) return await renew(options, undefined, signal);
    if (!hasStatus(error, 404)) throw error;
    return await client.request<Lease>({
      method: 'POST',
      path: collection,
      body: nextLease(options, undefined),
      signal,
      timeoutSeconds,
    });
  }
}

/**
 * A renewal that is not later than the one before counts for nothing: after the machine's clock was set back, the node would be dead to the cluster until the clock
 * has caught up.
 */
function laterThan(last: string | null | undefined, { renewSeconds = 10, clock = systemClock }: LeaseOptions): string {
  const now = clock.now();
  const before = Date.parse(last ?? '');
  return microTime(new Date(before >= now ? before + renewSeconds * 1000 : now));
}

function nextLease(options: LeaseOptions, lease: Lease | undefined): Lease {
  const owner = options.owner?.();
  const renewTime = laterThan(lease?.spec?.renewTime, options);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...(lease?.metadata ?? { name: options.name }),
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec: {
      acquireTime: renewTime,
      ...lease?.spec,
      holderIdentity: options.holder,
      leaseDurationSeconds: options.durationSeconds ?? 40,
      renewTime,
    },
  };
}
