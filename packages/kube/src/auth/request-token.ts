import type { KubeClient } from '../client/kube-client.ts';

/** What {@link requestToken} needs. */
export interface RequestTokenOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Who may accept the token. Empty: the API server. */
  readonly audiences: readonly string[];
  /** At least 600. */
  readonly expirationSeconds: number;
  /** The token ends with this pod. */
  readonly boundPod?: { readonly name: string; readonly uid: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A token of a service account. A secret. */
export interface ServiceAccountToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expirationTimestamp: string;
  /** How long it is good from its issue on, which may differ from what was asked for. */
  readonly lifetimeSeconds: number;
}

/** A new token of a service account. */
export async function requestToken(options: RequestTokenOptions): Promise<ServiceAccountToken> {
  const { client, namespace, serviceAccount, audiences, expirationSeconds, boundPod, signal } = options;
  const boundObjectRef =
    boundPod === undefined ? undefined : { apiVersion: 'v1', kind: 'Pod', name: boundPod.name, uid: boundPod.uid };
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences, expirationSeconds, boundObjectRef },
  };
  const { spec, status } = await client.request<TokenRequest>({ method: 'POST', path, body, signal });
  return { ...status, lifetimeSeconds: spec.expirationSeconds };
}

interface TokenRequest {
  readonly spec: { readonly expirationSeconds: number };
  readonly status: Omit<ServiceAccountToken, 'lifetimeSeconds'>;
}
