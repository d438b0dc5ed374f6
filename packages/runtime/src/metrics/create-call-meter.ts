import type { Clock } from '../time/clock.ts';
import type { Metrics } from './metrics.ts';

/** Calls that are counted and timed together. */
export interface CallMeterOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Metrics are called `<name>s_total` and `<name>_seconds`. */
  readonly name: string;
  /** Of the counter and of the histogram. */
  readonly help: readonly [total: string, seconds: string];
  /** What tells the calls apart; from a closed set, so that no peer fills the registry. */
  readonly label: string;
  /** The `code` of a call that failed, from a closed set too; one that succeeded has `ok`. */
  readonly codeOf: (error: unknown) => string;
}

/** Does a call, counts it by kind and the code of its end, and times it. */
export type CallMeter = <T>(kind: string, call: () => Promise<T>) => Promise<T>;

/** A {@link CallMeter}. */
export function createCallMeter({ metrics, clock, name, help, label, codeOf }: CallMeterOptions): CallMeter {
  const total = metrics.counter(`${name}s_total`, help[0], [label, 'code']);
  const seconds = metrics.histogram(`${name}_seconds`, help[1], [label]);
  return async (kind, call) => {
    const startedAt = clock.monotonic();
    let code = 'ok';
    try {
      return await call();
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      total.inc({ [label]: kind, code });
      seconds.observe({ [label]: kind }, (clock.monotonic() - startedAt) / 1000);
    }
  };
}
