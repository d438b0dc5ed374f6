import type { ObjectMeta } from '@interlink/spec';

/** A `coordination.k8s.io/v1` Lease, as far as it is used. */
export interface Lease {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: LeaseSpec;
}

/** What a Lease says. */
export interface LeaseSpec {
  /** Empty or absent: nobody has it. */
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number;
  /** `metav1.MicroTime`. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** Path of the leases of a namespace. */
export function leaseCollection(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
}
