import { hasStatus, reviewAccess, type KubeClient, type KubeUser } from '@interlink/kube';
import type { Clock } from '@interlink/runtime';
import { ForbiddenError } from '@interlink/spec';
import { accessAttributes } from './access-attributes.ts';
import { createExpiringCache } from './expiring-cache.ts';

/** Finds out what somebody may do on this node. */
export interface Authorizer {
  /** @throws ForbiddenError when the cluster says no. */
  authorize(user: KubeUser, method: string, path: string): Promise<void>;
}

/** What {@link createAuthorizer} needs. */
export interface AuthorizerOptions {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly clock: Clock;
}

const allowedMilliseconds = 60_000;
const deniedMilliseconds = 10_000;
/** The group that may do everything, in every cluster, by definition. */
const superusers = 'system:masters';

/** Asks the cluster with a SubjectAccessReview for the node's subresource, and keeps an answer for a short while. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { client, nodeName, clock } = options;
  const cache = createExpiringCache<boolean>(clock);

  async function mayAccess(user: KubeUser, verb: string, subresource: string): Promise<boolean> {
    const key = JSON.stringify([user, verb, subresource]);
    const known = cache.get(key);
    if (known !== undefined) return known;
    const access = { verb, resource: 'nodes', subresource, name: nodeName };
    const { allowed } = await reviewAccess({ client, user, access });
    cache.set(key, allowed, allowed ? allowedMilliseconds : deniedMilliseconds);
    return allowed;
  }

  return {
    async authorize(user, method, path) {
      if (user.groups.includes(superusers)) return;
      const { verb, subresources } = accessAttributes(method, path);
      try {
        for (const subresource of subresources) if (await mayAccess(user, verb, subresource)) return;
      } catch (error) {
        if (!hasStatus(error, 403)) throw error;
        const help = 'bind the ClusterRole system:auth-delegator to the service account of the virtual kubelet';
        throw new ForbiddenError(`the virtual kubelet may not ask who may do what: ${help}`, { cause: error });
      }
      throw new ForbiddenError(`${user.username} may not ${verb} nodes/${subresources[0] ?? ''} of ${nodeName}`);
    },
  };
}
