import type { Logger } from '@interlink/runtime';
import { isInterLinkError } from '@interlink/spec';
import type { WorkQueue } from './create-work-queue.ts';

/** What a reconcile may ask for. */
export interface ReconcileResult {
  /** Reconcile the key again after this time, whatever happens. */
  readonly requeueAfterSeconds?: number | undefined;
}

/** Brings what a key names nearer to what is wanted. Level-based and idempotent: it looks at the state, not at what happened. */
export type Reconcile<K extends string = string> = (
  key: K,
  context: { readonly signal: AbortSignal },
) => Promise<ReconcileResult | undefined>;

/** What {@link createController} needs. */
export interface ControllerOptions<K extends string> {
  /** A word for logs. */
  readonly name: string;
  readonly queue: WorkQueue<K>;
  /** Keys worked on at the same time. */
  readonly workers: number;
  readonly reconcile: Reconcile<K>;
  readonly logger: Logger;
}

/** Works on the keys of a queue. */
export interface Controller {
  /**
   * Takes keys until the signal aborts; resolves when every reconcile has returned. A reconcile that is under way sees `working` abort, by default the
   * same signal.
   */
  run(signal: AbortSignal, working?: AbortSignal): Promise<void>;
}

/**
 * A controller.
 *
 * @remarks
 * A reconcile that throws is run again with growing delay. An error that is not retryable ends the try without another one: the reconcile has recorded
 * it where its user looks, and only a change of the object helps. A conflict is retried, because the next look sees the newer object.
 */
export function createController<K extends string>(options: ControllerOptions<K>): Controller {
  const { name, queue, workers, reconcile, logger } = options;

  function handleFailure(key: K, error: unknown): void {
    if (isFinal(error)) {
      queue.forget(key);
      logger.warn({ controller: name, key, err: error }, 'reconcile failed, not tried again');
      return;
    }
    const delayMilliseconds = queue.failed(key);
    logger.warn({ controller: name, key, err: error, delayMilliseconds }, 'reconcile failed');
  }

  async function workOn(key: K, { signal, working }: Ends): Promise<void> {
    try {
      const result = await reconcile(key, { signal: working });
      queue.forget(key);
      if (result?.requeueAfterSeconds !== undefined) queue.add(key, { afterSeconds: result.requeueAfterSeconds });
    } catch (error) {
      if (!signal.aborted) handleFailure(key, error);
    } finally {
      queue.done(key);
    }
  }

  async function work(ends: Ends): Promise<void> {
    const { signal } = ends;
    while (!signal.aborted) {
      let key: K;
      try {
        key = await queue.get(signal);
      } catch {
        return;
      }
      await workOn(key, ends);
    }
  }

  return {
    async run(signal, working = signal) {
      await Promise.all(Array.from({ length: workers }, () => work({ signal, working })));
    },
  };
}

/** When no more keys are taken, and when work under way is broken off. */
interface Ends {
  readonly signal: AbortSignal;
  readonly working: AbortSignal;
}

function isFinal(error: unknown): boolean {
  return isInterLinkError(error) && !error.retryable && error.code !== 'ILK_CONFLICT';
}
