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
  'initContainerStatuses',
  'containerStatuses',
  'ephemeralContainerStatuses',
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
  const patch = patchBetween(previous ?? {}, next);
  return patch === undefined ? undefined : patchBetween(previous ?? {}, wellFormed(next));
}

/**
 * The status as the API server keeps it: half a character, as in a message that was cut, becomes a replacement character there. Sent as it is it
 * would differ at every look, and be written each time.
 */
function wellFormed(status: PodStatusV1): PodStatusV1 {
  const replace = (_: string, value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value);
  return JSON.parse(JSON.stringify(status, replace)) as PodStatusV1;
}

function patchBetween(before: PodStatusV1, next: PodStatusV1): Readonly<Record<string, unknown>> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of plainFields) {
    if (!isDeepStrictEqual(before[field], next[field])) patch[field] = next[field] ?? null;
  }
  for (const field of mergedLists) {
    if (next[field] && !isDeepStrictEqual(before[field], next[field]))
      patch[field] = [{ $patch: 'replace' }, ...next[field]];
  }
  const conditions = conditionsPatch(before.conditions ?? [], next.conditions ?? []);
  if (conditions.length > 0) patch['conditions'] = conditions;
  const isLater = isGenerationNews(before.observedGeneration, next.observedGeneration);
  if (Object.keys(patch).length === 0 && !isLater) return undefined;
  return next.observedGeneration === before.observedGeneration
    ? patch
    : { ...patch, observedGeneration: next.observedGeneration };
}

function conditionsPatch(before: readonly PodCondition[], next: readonly PodCondition[]): unknown[] {
  const changed = next.filter((condition) => !isKnown(before, condition));
  const gone = before.filter(({ type }) => !next.some((condition) => condition.type === type));
  return [
    ...changed.map((condition) => withRemovals(before, condition)),
    ...gone.map(({ type }) => ({ $patch: 'delete', type })),
  ];
}

/**
 * A generation is worth a write of its own only where the API server kept the last one. Servers before 1.34, or with the feature off, drop
 * the field, and would be sent it again at every look.
 */
function isGenerationNews(before: number | undefined, next: number | undefined): boolean {
  return before !== undefined && next !== undefined && before !== next;
}

function isKnown(conditions: readonly PodCondition[] | undefined, condition: PodCondition): boolean {
  const known = conditions?.find(({ type }) => type === condition.type);
  if (known === undefined || !isDeepStrictEqual(comparable(known), comparable(condition))) return false;
  return !isGenerationNews(known.observedGeneration, condition.observedGeneration);
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
