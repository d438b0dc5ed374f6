import type { Controller } from '@interlink/kube';
import { aborted, type Clock } from '@interlink/runtime';

/** How a controller ends. */
export interface DrainOptions {
  readonly clock: Clock;
  /** What is under way is broken off after this time. */
  readonly milliseconds: number;
}

/**
 * The same controller, whose work under way may end by itself for a while after the signal: a create whose answer is waited for leaves its job id in the
 * pod, and the next process need not ask.
 */
export function drainController(controller: Controller, { clock, milliseconds }: DrainOptions): Controller {
  return {
    async run(signal) {
      const working = new AbortController();
      const over = new AbortController();
      const breakOff = async (): Promise<void> => {
        await aborted(AbortSignal.any([signal, over.signal]));
        await clock.sleep(milliseconds, { signal: over.signal });
        working.abort(signal.reason);
      };
      // It rejects where everything has ended before.
      const late = breakOff().catch(() => undefined);
      try {
        await controller.run(signal, working.signal);
      } finally {
        over.abort();
        await late;
      }
    },
  };
}
