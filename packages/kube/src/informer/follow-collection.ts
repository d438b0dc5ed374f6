import type { Clock, Logger } from '@interlink/runtime';
import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import { createDecorrelatedBackoff } from './decorrelated-backoff.ts';
import type { KubeObject, Selection } from './kube-object.ts';
import { listAll } from './list-all.ts';
import { watch, type WatchEvent } from './watch.ts';

/** What {@link followCollection} needs. */
export interface FollowOptions<T> {
  readonly client: KubeClient;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly transform: (object: T) => T;
  readonly idleTimeoutSeconds?: number | undefined;
  readonly pageSize?: number | undefined;
  /** Told whenever a list or watch failed and is about to be tried again. */
  readonly onRestart?: (() => void) | undefined;
  /** Gets every full list. */
  readonly onList: (objects: readonly T[]) => void;
  /** Gets every event after a list, in order. */
  readonly onEvent: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T) => void;
}

const defaultIdleTimeoutSeconds = 90;
const minimumServerTimeoutSeconds = 300;
const backoffBounds = { minimumMilliseconds: 500, maximumMilliseconds: 30_000 };
/** A watch that ended sooner than this did not work, whatever it said. */
const shortestGoodWatchMilliseconds = 1000;
/** After so many failed watches in a row the version itself is doubted (a restored store), and all is listed again. */
const failuresBeforeRelist = 5;

/** Lists and watches until the signal aborts, then rejects with its reason; nothing else ends it. */
export async function followCollection<T extends KubeObject>(
  options: FollowOptions<T>,
  signal: AbortSignal,
): Promise<never> {
  const { client, clock, selection, random, transform, logger } = options;
  const backoff = createDecorrelatedBackoff({ ...backoffBounds, random });
  let resourceVersion: string | undefined;
  let failures = 0;

  function take(event: WatchEvent<T>): void {
    if (event.type !== 'BOOKMARK') options.onEvent(event.type, transform(event.object));
    resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion;
    failures = 0;
    backoff.reset();
  }

  async function follow(): Promise<void> {
    if (resourceVersion === undefined) {
      const list = await listAll<T>({ client, selection, pageSize: options.pageSize, transform, signal });
      options.onList(list.items);
      resourceVersion = list.resourceVersion;
    }
    const startedAt = clock.monotonic();
    const serverTimeoutSeconds = Math.round(minimumServerTimeoutSeconds * (1 + random()));
    const idleTimeoutSeconds = options.idleTimeoutSeconds ?? defaultIdleTimeoutSeconds;
    const events = watch<T>({ client, selection, resourceVersion, signal, serverTimeoutSeconds, idleTimeoutSeconds });
    for await (const event of events) take(event);
    if (clock.monotonic() - startedAt < shortestGoodWatchMilliseconds) await clock.sleep(backoff.next(), { signal });
  }

  async function recover(error: unknown): Promise<void> {
    failures += 1;
    options.onRestart?.();
    if (hasStatus(error, 410) || failures % failuresBeforeRelist === 0) resourceVersion = undefined;
    const delayMilliseconds = Math.round(backoff.next());
    const fields = { path: selection.path, err: error, delayMilliseconds, relist: resourceVersion === undefined };
    logger.warn(fields, 'watch broken, trying again');
    await clock.sleep(delayMilliseconds, { signal });
  }

  for (;;) {
    try {
      await follow();
    } catch (error) {
      signal.throwIfAborted();
      await recover(error);
    }
    signal.throwIfAborted();
  }
}
