import { ForbiddenError, isInterLinkError, type CallOptions, type Caller, type InterLinkApi } from '@interlink/spec';
import { silentLogger, systemClock, type Clock, type Logger } from '@interlink/runtime';
import { checkPods, checkUid, covers, knownPods, namedOwner, notTheirs, uidOf, type Guard } from './guard.ts';
import { guardedExtensions } from './guarded-extensions.ts';
import { nodeScope, type NodeRule, type NodeScope } from './node-scope.ts';
import { createPodOwners } from './pod-owners.ts';

/** Who may act for which pods. */
export interface NodePolicy {
  readonly rules: readonly NodeRule[];
  /**
   * True: a pod that neither this process nor the plugin can place belongs to the node that the first request for it names, if its caller
   * may act for that node. For foreign plugins, which list no pods: after a restart nobody may touch them otherwise. Default false.
   */
  readonly adoptUnknownPods?: boolean;
}

/** What {@link restrictToNodes} works with. */
export interface RestrictOptions {
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * An {@link InterLinkApi} whose callers see and change the pods of their own virtual nodes only.
 *
 * @remarks What belongs to whom is known from the creates and, after a restart, from the plugin's list. Statuses, lists and events leave out the pods of
 * others; a request that names one is refused with ForbiddenError. Every call needs a `caller`, but for the ping of this process itself.
 * Disposing it disposes the API behind it.
 */
export function restrictToNodes(api: InterLinkApi, policy: NodePolicy, options: RestrictOptions = {}): InterLinkApi {
  const { logger = silentLogger, clock = systemClock } = options;
  const owners = createPodOwners(api.list?.bind(api), clock);
  const scopeOf = ({ caller }: CallOptions): NodeScope => scopeOfCaller(caller, policy.rules);
  const guard: Guard = { api, owners, logger, adopts: policy.adoptUnknownPods === true, scopeOf };
  return {
    name: api.name,
    ping: async (call = {}) => {
      if (call.caller !== undefined) scopeOf(call);
      return api.ping(call);
    },
    create: guardedCreate(guard),
    status: guardedStatus(guard),
    async delete(pod, call = {}) {
      const uid = uidOf(pod);
      await checkPods(guard, [pod], call);
      await api.delete(pod, call);
      owners.end(uid);
    },
    async logs(request, call = {}) {
      await checkUid(guard, request.PodUID, call);
      return api.logs(request, call);
    },
    async updateCache(uid, call = {}) {
      await checkUid(guard, uid, call);
      await api.updateCache(uid, call);
    },
    ...guardedExtensions(guard),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

function scopeOfCaller(caller: Caller | undefined, rules: readonly NodeRule[]): NodeScope {
  if (caller === undefined) throw new ForbiddenError('this server asks who calls, and nobody said it');
  const scope = nodeScope(caller, rules);
  if (scope.isEmpty) throw new ForbiddenError(`${caller.name} may not act for any virtual node here`);
  return scope;
}

function guardedCreate(guard: Guard): InterLinkApi['create'] {
  const { api, owners, scopeOf } = guard;
  return async (request, call = {}) => {
    const scope = scopeOf(call);
    const uid = uidOf(request.pod);
    const owner = namedOwner(guard, request.pod, call);
    await owners.load(call);
    const before = owners.peek(uid);
    if (before !== undefined && !scope.covers(before)) throw notTheirs(call, uid);
    if (before === undefined) owners.claim(uid, owner);
    try {
      return await api.create(request, call);
    } catch (error) {
      if (before === undefined && isRefusal(error)) owners.release(uid);
      throw error;
    }
  };
}

/** True when the pod was certainly not taken. */
function isRefusal(error: unknown): boolean {
  return isInterLinkError(error) && !error.retryable && error.code !== 'ILK_INTERNAL';
}

function guardedStatus(guard: Guard): InterLinkApi['status'] {
  return async (pods, call = {}) => {
    const { api, owners, scopeOf } = guard;
    const scope = scopeOf(call);
    if (pods.length > 0) {
      const known = await knownPods(guard, pods, call);
      // An empty question would be the one for everything.
      return known.length === 0 ? [] : api.status(known, call);
    }
    const statuses = await api.status([], call);
    return statuses.filter(({ UID }) => covers(scope, owners.peek(UID)));
  };
}
