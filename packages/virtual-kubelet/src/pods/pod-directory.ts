import type { Pod } from '@interlink/spec';

/** The pods of the node as the API server has them. Reads cost no request; the objects are shared: do not change them. */
export interface PodDirectory {
  /** The pod of that name, undefined when the node has none. */
  get(namespace: string, name: string): Pod | undefined;
  /** All pods of the node. */
  list(): readonly Pod[];
}
