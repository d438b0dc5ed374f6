import { annotations, ForbiddenError, type CallOptions, type InterLinkApi, type Pod } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import type { NodeScope, PodOwner } from './node-scope.ts';
import type { FoundOwner, PodOwners } from './pod-owners.ts';

/** What the calls of one restricted API share. */
export interface Guard {
  readonly api: InterLinkApi;
  readonly owners: PodOwners;
  readonly logger: Logger;
  readonly adopts: boolean;
  /** Rejects a call of nobody, or of a caller without a node. */
  readonly scopeOf: (call: CallOptions) => NodeScope;
}

/** The owner that a pod names itself. */
export function ownerIn({ metadata, spec }: Pod): PodOwner | undefined {
  const node = spec?.nodeName ?? '';
  const cluster = metadata?.annotations?.[annotations.clusterId];
  return node === '' ? undefined : { node, ...(cluster === undefined ? {} : { cluster }) };
}

/**
 * The owner that the pod of a create or update names.
 *
 * @throws ForbiddenError when it names none, or one that the caller may not act for.
 */
export function namedOwner({ scopeOf }: Pick<Guard, 'scopeOf'>, pod: Pod, call: CallOptions): PodOwner {
  const field = 'pod.spec.nodeName';
  const owner = ownerIn(pod);
  if (owner === undefined) throw new ForbiddenError(`${field} is needed to know whose pod it is`, { field });
  if (scopeOf(call).covers(owner)) return owner;
  const message = `${nameOf(call)} may not act for the virtual node ${JSON.stringify(owner.node)}`;
  throw new ForbiddenError(message, { field });
}

/** The pod's UID; empty where it has none. */
export const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? '';

/** True when the owner is known and within the scope. */
export function covers(scope: NodeScope, owner: FoundOwner | undefined): boolean {
  return typeof owner === 'object' && scope.covers(owner);
}

/** For messages. */
export function nameOf({ caller }: CallOptions): string {
  return caller?.name ?? 'nobody';
}

/** Names the pod and not its owner. */
export function notTheirs(call: CallOptions, uid: string): ForbiddenError {
  return new ForbiddenError(`${nameOf(call)} may not act for the pod ${uid}: it belongs to another virtual node`);
}

/** The pods that may be asked for; those that nobody can place are left out, as a plugin is silent on what it does not know. */
export async function knownPods(guard: Guard, pods: readonly Pod[], call: CallOptions): Promise<readonly Pod[]> {
  const scope = guard.scopeOf(call);
  const find = await guard.owners.find(pods.map(uidOf), call);
  return pods.filter((pod) => {
    const owner = adopted(guard, pod, { scope, found: find(uidOf(pod)) });
    if (typeof owner === 'object' && !scope.covers(owner)) throw notTheirs(call, uidOf(pod));
    if (owner === 'unknown') guard.logger.debug({ podUid: uidOf(pod) }, 'nobody knows whose pod this is');
    return owner !== 'unknown';
  });
}

function adopted({ owners, adopts }: Guard, pod: Pod, of: { scope: NodeScope; found: FoundOwner }): FoundOwner {
  const named = ownerIn(pod);
  if (of.found !== 'unknown' || !adopts || named === undefined || !of.scope.covers(named)) return of.found;
  owners.claim(uidOf(pod), named);
  return named;
}

/** Rejects unless every pod is the caller's, or nobody's. */
export async function checkPods(guard: Guard, pods: readonly Pod[], call: CallOptions): Promise<void> {
  const known = await knownPods(guard, pods, call);
  const missing = pods.find((pod) => !known.includes(pod));
  if (missing !== undefined) throw notPlaced(call, uidOf(missing));
}

function notPlaced(call: CallOptions, uid: string): ForbiddenError {
  return new ForbiddenError(
    `${nameOf(call)} may not act for the pod ${uid}: it is not known which virtual node it belongs to`,
  );
}

/** Rejects unless the pod is the caller's, or there is none. */
export async function checkUid({ owners, scopeOf }: Guard, uid: string, call: CallOptions): Promise<void> {
  const scope = scopeOf(call);
  const owner = (await owners.find([uid], call))(uid);
  if (owner === 'unknown') throw notPlaced(call, uid);
  if (owner !== 'nobody' && !scope.covers(owner)) throw notTheirs(call, uid);
}
