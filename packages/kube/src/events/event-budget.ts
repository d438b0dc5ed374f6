/** Says when the next event may leave. */
export interface EventBudget {
  /** Spends one event; gives the milliseconds to wait before it is sent, 0 while there is something saved. */
  spend(now: number): number;
}

/** What a budget allows. */
export interface EventBudgetOptions {
  readonly perSecond: number;
  /** Events that may leave at once after a quiet time. */
  readonly burst: number;
}

/** A full budget: a bucket of tokens that goes into debt, so that those who wait are served in their order. */
export function createEventBudget({ perSecond, burst }: EventBudgetOptions): EventBudget {
  let tokens = burst;
  let at: number | undefined;
  return {
    spend(now) {
      tokens = Math.min(burst, tokens + (Math.max(0, now - (at ?? now)) * perSecond) / 1000) - 1;
      at = now;
      return tokens >= 0 ? 0 : (-tokens * 1000) / perSecond;
    },
  };
}
