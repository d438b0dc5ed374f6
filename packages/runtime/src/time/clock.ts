import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never jump, unlike those of {@link Clock.now}, which somebody may set; only differences mean something. For every duration. */
  monotonic(): number;
  /** Resolves after the time; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

async function sleep(milliseconds: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
  options.signal?.throwIfAborted();
  try {
    await delay(milliseconds, undefined, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep };
