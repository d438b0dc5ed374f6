import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import { InternalError } from '@interlink/spec';
import type { KubeClient } from '../client/kube-client.ts';
import { followCollection } from './follow-collection.ts';
import { createGate } from './gate.ts';
import type { KubeObject, Selection } from './kube-object.ts';
import { createObjectStore, type Change } from './object-store.ts';

/** Hears changes, in the order of the API server. */
export type ChangeListener<T> = (change: Change<T>) => void;

/** A copy of a collection that follows the API server. */
export interface Informer<T> {
  /** Begins to list and watch, until the signal aborts. Called once. */
  start(signal: AbortSignal): void;
  /** Resolves when the first full list was taken and its changes were told; rejects with the signal's reason when it aborts first. */
  readonly synced: Promise<void>;
  /** The object under `namespace/name`, or the name for objects without a namespace. Not a copy: do not change it. */
  get(key: string): T | undefined;
  /** All objects; a new array, the objects are not copies. */
  list(): readonly T[];
  readonly size: number;
  /** Calls the listener at every change from now on; gives a function that ends it. What a listener throws is logged. */
  onChange(listener: ChangeListener<T>): () => void;
  /** When the last full list came from the API server, in milliseconds since 1970. */
  readonly lastFullListAt: number | undefined;
}

/** What {@link createInformer} needs. */
export interface InformerOptions<T> extends Selection {
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  /** What to keep of an object. Default: all but `metadata.managedFields`. */
  readonly transform?: ((object: T) => T) | undefined;
  /** Without any event or bookmark for this long the connection counts as dead. The server sends a bookmark a minute. Default 90. */
  readonly idleTimeoutSeconds?: number | undefined;
  /** Objects of a page of the list. Default 500. */
  readonly pageSize?: number | undefined;
  /** Told whenever a list or watch failed and is about to be tried again. */
  readonly onRestart?: (() => void) | undefined;
  /** Random number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** Drops what the API server keeps about field owners: a third of a pod's size, and nobody here reads it. */
export function dropManagedFields<T extends KubeObject>(object: T): T {
  delete object.metadata?.managedFields;
  return object;
}

/**
 * An informer. It never throws and never gives up: any failure is logged and tried again with growing, jittered delays, from the last version seen;
 * only when that version is too old, all is listed again.
 */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { clock = systemClock, logger, random = Math.random, transform = dropManagedFields } = options;
  const store = createObjectStore<T>();
  const listeners = new Set<ChangeListener<T>>();
  const firstList = createGate();
  let lastFullListAt: number | undefined;
  let started = false;

  function tell(changes: readonly Change<T>[]): void {
    for (const change of changes) for (const listener of listeners) callListener(listener, change, logger);
  }

  function onList(objects: readonly T[]): void {
    lastFullListAt = clock.monotonic();
    tell(store.replace(objects));
    firstList.open();
  }

  return {
    start(signal) {
      if (started) throw new InternalError('the informer was started twice');
      started = true;
      const onEvent = (type: string, object: T): void =>
        tell(type === 'DELETED' ? store.remove(object) : store.put(object));
      const following = followCollection<T>(
        { ...options, selection: options, clock, random, transform, onList, onEvent },
        signal,
      );
      following.catch((error: unknown) => firstList.fail(error));
    },
    synced: firstList.passed,
    get: (key) => store.get(key),
    list: () => store.list(),
    get size() {
      return store.size;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get lastFullListAt() {
      return lastFullListAt;
    },
  };
}

function callListener<T>(listener: ChangeListener<T>, change: Change<T>, logger: Logger): void {
  try {
    listener(change);
  } catch (error) {
    logger.error({ err: error }, 'a listener of the informer failed');
  }
}
