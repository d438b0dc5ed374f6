import type { KubeClient } from '../client/kube-client.ts';
import type { KubeUser } from './kube-user.ts';

/** What somebody wants to do. */
export interface ResourceAccess {
  readonly verb: string;
  /** API group; empty for core. */
  readonly group?: string | undefined;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** What {@link reviewAccess} needs. */
export interface ReviewAccessOptions {
  readonly client: KubeClient;
  readonly user: KubeUser;
  readonly access: ResourceAccess;
  readonly signal?: AbortSignal | undefined;
}

/** The cluster's answer. */
export interface AccessDecision {
  readonly allowed: boolean;
  /** The cluster's own words, where it gave some. */
  readonly reason?: string | undefined;
}

/** Whether the cluster lets somebody do something. */
export async function reviewAccess({ client, user, access, signal }: ReviewAccessOptions): Promise<AccessDecision> {
  const { username, ...rest } = user;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { resourceAttributes: access, user: username, ...rest },
  };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const { status } = await client.request<{ status?: AccessDecision }>({ method: 'POST', path, body, signal });
  return { allowed: status?.allowed === true, reason: status?.reason };
}
