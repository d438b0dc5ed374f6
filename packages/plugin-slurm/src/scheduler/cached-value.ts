import type { Clock } from '@interlink/runtime';

/** A value that is asked for at most once in a while, by one caller for all. */
export interface CachedValue<T> {
  get(): Promise<T>;
}

/** How a {@link CachedValue} gets its value. */
export interface CachedValueOptions<T> {
  readonly clock: Clock;
  readonly lifetimeSeconds: number;
  readonly load: () => Promise<T>;
}

/** A failure is not kept: who asks next asks anew. */
export function createCachedValue<T>({ clock, lifetimeSeconds, load }: CachedValueOptions<T>): CachedValue<T> {
  let value: Promise<T> | undefined;
  let loadedAt = 0;
  return {
    get() {
      if (value !== undefined && clock.monotonic() - loadedAt < lifetimeSeconds * 1000) return value;
      loadedAt = clock.monotonic();
      const loading = load();
      value = loading;
      loading.catch(() => {
        if (value === loading) value = undefined;
      });
      return loading;
    },
  };
}
