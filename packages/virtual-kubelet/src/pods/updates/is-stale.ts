import type { ChangeableParts } from './changeable-parts.ts';
import { immutableVersion, type SentState } from './sent-state.ts';

/** What {@link isStale} compares with. */
export interface PresentState {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Versions of objects by path, as they were seen last; empty for one that was not there. */
  readonly versions: ReadonlyMap<string, string>;
  /** Ephemeral containers that are not sent. */
  readonly refused: ReadonlySet<string>;
}

/**
 * Whether a pod has something that it was not sent. An object that was deleted is no news, as for a kubelet: the pod keeps what it has of it, unless
 * it can do without.
 */
export function isStale(parts: ChangeableParts, sent: SentState, present: PresentState): boolean {
  const { now, versions, refused } = present;
  const isNew = (path: string, version: string): boolean => {
    const seen = versions.get(path);
    if (version === immutableVersion || seen === undefined || seen === version) return false;
    return seen !== '' || parts.optional.has(path);
  };
  return (
    parts.downward !== sent.downward ||
    parts.ephemeral.some((name) => !sent.ephemeral.has(name) && !refused.has(name)) ||
    (sent.renewTokensAt !== undefined && now >= sent.renewTokensAt) ||
    [...sent.versions].some(([path, version]) => isNew(path, version))
  );
}
