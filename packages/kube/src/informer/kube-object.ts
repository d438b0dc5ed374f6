import type { ObjectMeta } from '@interlink/spec';

/** What every Kubernetes object has. */
export interface KubeObject {
  metadata?: ObjectMeta | undefined;
}

/** `namespace/name`, or the name alone for objects without a namespace. */
export function keyOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata ?? {};
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** Which objects to list and watch. */
export interface Selection {
  /** Path of the collection, e.g. `/api/v1/pods`. */
  readonly path: string;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}
