import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import { leaseCollection, type Lease, type LeaseSpec } from './lease.ts';

/** One Lease in the API server. */
export interface LeaseObject {
  /** The lease as it is; undefined where there is none. */
  read(signal: AbortSignal): Promise<Lease | undefined>;
  /** Replaces the lease that was seen, or makes it where none was; somebody else's write meanwhile is a conflict. */
  write(seen: Lease | undefined, spec: LeaseSpec, signal?: AbortSignal): Promise<Lease>;
}

/** What {@link createLeaseObject} needs. */
export interface LeaseObjectOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Longest wait for one answer. */
  readonly timeoutSeconds: number;
}

/** The lease of that name. Errors are those of the client. */
export function createLeaseObject({ client, namespace, name, timeoutSeconds }: LeaseObjectOptions): LeaseObject {
  const collection = leaseCollection(namespace);
  const path = `${collection}/${encodeURIComponent(name)}`;
  return {
    async read(signal) {
      try {
        return await client.request<Lease>({ method: 'GET', path, signal, timeoutSeconds });
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
        return undefined;
      }
    },
    async write(seen, spec, signal) {
      const metadata = seen?.metadata ?? { name };
      const body: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
      const shared = { body, signal, timeoutSeconds };
      if (seen === undefined) return await client.request<Lease>({ method: 'POST', path: collection, ...shared });
      return await client.request<Lease>({ method: 'PUT', path, ...shared });
    },
  };
}
