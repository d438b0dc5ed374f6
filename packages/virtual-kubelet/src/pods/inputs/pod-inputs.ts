import type { ServiceAccountToken } from '@interlink/kube';
import type { ConfigMap, Secret, Service } from '@interlink/spec';

/** What was looked for in the API server: the object, or why it is not there. */
export type Lookup<T> =
  | { readonly found: T }
  | {
      /** True when it does not exist; false when it could not be read. */
      readonly absent: boolean;
      /** In the words of a kubelet, e.g. `configmap "x" not found`. */
      readonly reason: string;
    };

/** A token of a pod's service account. A secret. */
export type BoundToken = Pick<ServiceAccountToken, 'token' | 'lifetimeSeconds'>;

/** Everything from the API server that a pod's volumes and environment are made of. */
export interface PodInputs {
  readonly configMaps: ReadonlyMap<string, Lookup<ConfigMap>>;
  readonly secrets: ReadonlyMap<string, Lookup<Secret>>;
  /** Those with credentials for image registries; none where the peer makes no use of them. */
  readonly pullSecrets: ReadonlyMap<string, Lookup<Secret>>;
  /** By {@link tokenKey}; undefined while something else is missing, because no token was asked for. */
  readonly tokens: ReadonlyMap<string, Lookup<BoundToken>> | undefined;
  /** PEM texts, by {@link tokenKey}. */
  readonly trustBundles: ReadonlyMap<string, Lookup<string>>;
  /** Services whose addresses go into the environment. */
  readonly services: readonly Service[];
  /** The node's allocatable resources: the limit of a container that sets none. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Something a pod has to wait for. */
export type InputProblem =
  | { readonly kind: 'volume'; readonly volume: string; readonly reason: string }
  | { readonly kind: 'environment'; readonly container: string; readonly reason: string };

/** Name in {@link PodInputs.tokens} and {@link PodInputs.trustBundles}: a projected volume and the position of the source in it. */
export function tokenKey(volume: string, sourceIndex: number): string {
  return `${volume}/${sourceIndex}`;
}
