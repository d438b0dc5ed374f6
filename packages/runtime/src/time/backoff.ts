/** How long to wait before the next try. */
export interface BackoffOptions {
  /** Delay after the first failure. */
  readonly initialMilliseconds: number;
  /** No delay is longer, jitter included. */
  readonly maximumMilliseconds: number;
  /** Growth for each further failure. Default 2. */
  readonly factor?: number;
  /** Share of the delay that is random, 0 to 1. Default 0.2. */
  readonly jitter?: number;
  /** Random number in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

const defaultFactor = 2;
const defaultJitter = 0.2;

/** The delay after failure number `attempt`, counted from 0. */
export function backoffDelayMilliseconds(attempt: number, options: BackoffOptions): number {
  const grown = options.initialMilliseconds * (options.factor ?? defaultFactor) ** attempt;
  const bounded = Math.min(grown, options.maximumMilliseconds);
  const jitter = options.jitter ?? defaultJitter;
  const random = options.random ?? Math.random;
  return Math.round(bounded * (1 - jitter + jitter * random()));
}
