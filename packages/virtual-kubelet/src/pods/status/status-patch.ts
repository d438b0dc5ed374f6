import { isDeepStrictEqual } from 'node:util';
import type { PodCondition, PodStatusV1 } from '@interlink/spec';

/** Content type of what {@link statusPatch} gives. */
export const statusPatchType = 'application/strategic-merge-patch+json';

/** Lists that a strategic merge patch joins by address instead of replacing them. */
const mergedLists = ['hostIPs', 'podIPs'] as const;
const plainFields = [
  'phase',
  'reason',
  'message',
  'startTime',
  'hostIP',
  'podIP',
  'observedGeneration',
  'initContainerStatuses',
  'containerStatuses',
] as const;

/**
 * The part of a status that changed, as a strategic merge patch of `status`; undefined when nothing did. `previous` is without the nulls that the
 * API server writes.
 */
export function statusPatch(
  previous: PodStatusV1 | undefined,
  next: PodStatusV1,
): Readonly<Record<string, unknown>> | undefined {
  if (next === previous) return undefined;
  const before = previous ?? {};
  const patch: Record<string, unknown> = {};
  for (const field of plainFields) {
    if (!isDeepStrictEqual(before[field], next[field])) patch[field] = next[field] ?? null;
  }
  for (const field of mergedLists) {
    if (next[field] && !isDeepStrictEqual(before[field], next[field]))
      patch[field] = [{ $patch: 'replace' }, ...next[field]];
  }
  const conditions = (next.conditions ?? []).filter((condition) => !isKnown(before.conditions, condition));
  if (conditions.length > 0)
    patch['conditions'] = conditions.map((condition) => withRemovals(before.conditions, condition));
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isKnown(conditions: readonly PodCondition[] | undefined, condition: PodCondition): boolean {
  const known = conditions?.find(({ type }) => type === condition.type);
  return known !== undefined && isDeepStrictEqual(comparable(known), comparable(condition));
}

function comparable({ status, reason, message, lastTransitionTime }: PodCondition): unknown {
  return [status, reason ?? '', message ?? '', lastTransitionTime];
}

/** A merge keeps what is not named: a reason that ended has to be taken away. */
function withRemovals(conditions: readonly PodCondition[] | undefined, condition: PodCondition): unknown {
  const known = conditions?.find(({ type }) => type === condition.type);
  return {
    ...(known?.reason !== undefined && condition.reason === undefined ? { reason: null } : {}),
    ...(known?.message !== undefined && condition.message === undefined ? { message: null } : {}),
    ...condition,
  };
}
