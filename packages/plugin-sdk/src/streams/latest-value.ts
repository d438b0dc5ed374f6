/** A value that changes; a reader that is slow misses what was replaced meanwhile. */
export interface LatestValue<T> extends AsyncIterable<T> {
  set(value: T): void;
  end(): void;
}

/** A {@link LatestValue} that has none yet. For one reader. */
export function createLatestValue<T>(): LatestValue<T> {
  let latest: { readonly value: T } | undefined;
  let ended = false;
  let wake = (): void => undefined;

  async function* read(): AsyncGenerator<T, void> {
    for (;;) {
      const found = latest;
      latest = undefined;
      if (found !== undefined) yield found.value;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    set(value) {
      latest = { value };
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    [Symbol.asyncIterator]: read,
  };
}
