import type { KubeClient } from '../client/kube-client.ts';
import type { KubeUser } from './kube-user.ts';

interface TokenReview {
  readonly status?: { readonly authenticated?: boolean; readonly user?: Partial<KubeUser>; readonly error?: string };
}

/** What {@link reviewToken} needs. */
export interface ReviewTokenOptions {
  readonly client: KubeClient;
  /** The bearer token. A secret. */
  readonly token: string;
  /** Default: those of the API server. */
  readonly audiences?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Who a bearer token belongs to; undefined when the cluster does not know it. */
export async function reviewToken({
  client,
  token,
  audiences,
  signal,
}: ReviewTokenOptions): Promise<KubeUser | undefined> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } };
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const { status } = await client.request<TokenReview>({ method: 'POST', path, body, signal });
  if (status?.authenticated !== true) return undefined;
  const { username = '', groups = [], uid, extra } = status.user ?? {};
  return { username, groups, uid, extra };
}
