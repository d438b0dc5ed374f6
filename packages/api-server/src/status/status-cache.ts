import type { PodStatus } from '@interlink/spec';
import { systemClock, type Clock } from '@interlink/runtime';

/** Bounds of the status cache. */
export interface StatusCacheOptions {
  /** Entries kept; the one that was used longest ago goes first. Default 50,000. */
  readonly maximumEntries?: number;
  /** How long an entry stays without news, in seconds. Default 86,400 (a day). */
  readonly lifetimeSeconds?: number;
  readonly clock?: Clock;
}

/**
 * The last status of each pod, by UID. Memory only: after a restart the plugin is asked again.
 *
 * A pod whose deletion was asked for is marked: nothing of it is stored until it is created again, so that what its end looks
 * like always comes from the plugin.
 */
export interface StatusCache {
  get(uid: string): PodStatus | undefined;
  /** Every status held, the longest unused first. */
  all(): readonly PodStatus[];
  /** Keeps a status; a status that says `gone` removes the entry instead. */
  store(status: PodStatus): void;
  /** Drops an entry, and the mark of a deleted pod with it. */
  forget(uid: string): void;
  /** Drops an entry and stores none until {@link StatusCache.forget}. */
  markDeleted(uid: string): void;
}

interface Entry {
  readonly status: PodStatus | undefined;
  readonly storedAtMilliseconds: number;
}

/** Makes an empty {@link StatusCache}. */
export function createStatusCache(options: StatusCacheOptions = {}): StatusCache {
  const { maximumEntries = 50_000, lifetimeSeconds = 86_400, clock = systemClock } = options;
  // A Map keeps the order of insertion: deleting and setting again makes an entry the youngest.
  const entries = new Map<string, Entry>();

  const isExpired = (entry: Entry): boolean => clock.monotonic() - entry.storedAtMilliseconds > lifetimeSeconds * 1000;

  function live(uid: string): Entry | undefined {
    const entry = entries.get(uid);
    if (entry === undefined || !isExpired(entry)) return entry;
    entries.delete(uid);
    return undefined;
  }

  function put(uid: string, entry: Entry): void {
    entries.delete(uid);
    entries.set(uid, entry);
    if (entries.size <= maximumEntries) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  const isMarked = (uid: string): boolean => {
    const entry = live(uid);
    return entry !== undefined && entry.status === undefined;
  };

  return {
    get(uid) {
      const entry = live(uid);
      if (entry !== undefined) put(uid, entry);
      return entry?.status;
    },
    all: () =>
      [...entries.values()].flatMap((entry) => (entry.status === undefined || isExpired(entry) ? [] : [entry.status])),
    store(status) {
      if (isMarked(status.UID)) return;
      if (status.interlink?.state === 'gone') entries.delete(status.UID);
      else put(status.UID, { status, storedAtMilliseconds: clock.monotonic() });
    },
    forget: (uid) => void entries.delete(uid),
    markDeleted: (uid) => put(uid, { status: undefined, storedAtMilliseconds: clock.monotonic() }),
  };
}
