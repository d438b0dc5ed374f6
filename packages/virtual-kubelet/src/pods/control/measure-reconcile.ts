import type { Reconcile } from '@interlink/kube';
import type { PodContext } from './pod-context.ts';

/** The same reconcile, timed. */
export function measureReconcile(
  reconcile: Reconcile,
  { metrics, clock }: Pick<PodContext, 'metrics' | 'clock'>,
): Reconcile {
  return async (key, options) => {
    const startedAt = clock.monotonic();
    let outcome: 'done' | 'failed' = 'failed';
    try {
      const result = await reconcile(key, options);
      outcome = 'done';
      return result;
    } finally {
      metrics.reconciled(outcome, (clock.monotonic() - startedAt) / 1000);
    }
  };
}
