import type { Clock } from '@interlink/runtime';

/** How {@link createFreshLoader} loads and keeps. */
export interface FreshLoaderOptions<T> {
  readonly load: (key: string) => Promise<T>;
  readonly clock: Clock;
  /** How long a loaded value may serve later callers. Default: not at all. */
  readonly reuseMilliseconds?: (value: T, key: string) => number;
}

/** Loads values by key. */
export interface FreshLoader<T> {
  /** The value, from a load that began after this call unless the value may be reused. */
  get(key: string): Promise<T>;
}

interface Slot<T> {
  readonly running: Promise<T>;
  next?: Promise<T>;
}

/**
 * Shares loads among callers without giving anybody an answer older than the question: a caller joins a load that waits to begin, never one that
 * is under way. A burst of questions for one key costs two loads at a time, however many they are.
 */
export function createFreshLoader<T>(options: FreshLoaderOptions<T>): FreshLoader<T> {
  const { load, clock, reuseMilliseconds = () => 0 } = options;
  const slots = new Map<string, Slot<T>>();
  const kept = new Map<string, { readonly value: T; readonly until: number }>();

  async function begin(key: string): Promise<T> {
    const slot: Slot<T> = { running: loadAndKeep(key) };
    slots.set(key, slot);
    try {
      return await slot.running;
    } finally {
      if (slots.get(key) === slot && slot.next === undefined) slots.delete(key);
    }
  }

  async function loadAndKeep(key: string): Promise<T> {
    const value = await load(key);
    const reuse = reuseMilliseconds(value, key);
    if (reuse > 0) kept.set(key, { value, until: clock.monotonic() + reuse });
    return value;
  }

  function reusable(key: string): { readonly value: T } | undefined {
    const entry = kept.get(key);
    if (entry === undefined || entry.until > clock.monotonic()) return entry;
    // Whoever passes by drops what is stale, so that the map holds only what is in use.
    for (const [other, { until }] of kept) if (until <= clock.monotonic()) kept.delete(other);
    return undefined;
  }

  return {
    get(key) {
      const entry = reusable(key);
      if (entry !== undefined) return Promise.resolve(entry.value);
      const slot = slots.get(key);
      if (slot === undefined) return begin(key);
      slot.next ??= slot.running.then(
        () => begin(key),
        () => begin(key),
      );
      return slot.next;
    },
  };
}
