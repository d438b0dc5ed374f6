/** Delays that grow at random, so that many clients of one server do not come back together. */
export interface DecorrelatedBackoff {
  /** The next delay in milliseconds. */
  next(): number;
  /** After a success: starts small again. */
  reset(): void;
}

/** Bounds of {@link createDecorrelatedBackoff}. */
export interface DecorrelatedBackoffOptions {
  readonly minimumMilliseconds: number;
  readonly maximumMilliseconds: number;
  /** Random number in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

const growth = 3;

/** "Decorrelated jitter": each delay is drawn between the minimum and three times the last one. */
export function createDecorrelatedBackoff(options: DecorrelatedBackoffOptions): DecorrelatedBackoff {
  const { minimumMilliseconds, maximumMilliseconds, random = Math.random } = options;
  let last = minimumMilliseconds;
  return {
    next() {
      const upper = last * growth;
      last = Math.min(maximumMilliseconds, minimumMilliseconds + random() * (upper - minimumMilliseconds));
      return last;
    },
    reset() {
      last = minimumMilliseconds;
    },
  };
}
