import type { Clock } from '@interlink/runtime';

/** Answers that hold for a while. */
export interface ExpiringCache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, lifeMilliseconds: number): void;
}

const maximumEntries = 1000;

/** A cache of at most 1000 answers; the one that was set longest ago goes first. */
export function createExpiringCache<T>(clock: Clock): ExpiringCache<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.until > clock.monotonic()) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, lifeMilliseconds) {
      entries.delete(key);
      entries.set(key, { value, until: clock.monotonic() + lifeMilliseconds });
      const oldest = entries.keys().next();
      if (entries.size > maximumEntries && oldest.done !== true) entries.delete(oldest.value);
    },
  };
}
