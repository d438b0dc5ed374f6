import type { KubeClient } from '../client/kube-client.ts';
import { mapKubeStatus } from '../client/map-kube-error.ts';
import { jsonLines } from './json-lines.ts';
import type { KubeObject, Selection } from './kube-object.ts';

/** One event of a watch. A bookmark says only how far the watch has come. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject };

/** What {@link watch} needs. */
export interface WatchOptions {
  readonly client: KubeClient;
  readonly selection: Selection;
  /** Events after this version are given. */
  readonly resourceVersion: string;
  /** The server ends the watch after this time. */
  readonly serverTimeoutSeconds: number;
  /** The watch rejects when nothing came for this long, bookmarks included. */
  readonly idleTimeoutSeconds: number;
  readonly signal: AbortSignal;
}

interface ErrorEvent {
  readonly type: 'ERROR';
  readonly object: { readonly code?: number };
}

const longestWaitForAnswerSeconds = 10;

/**
 * The events after a version, in order; returns when the server ends the watch.
 *
 * @throws InterLinkError with `details.status` 410 when the version is too old: list again.
 */
export async function* watch<T>(options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
  const { client, selection, resourceVersion, signal, idleTimeoutSeconds, serverTimeoutSeconds } = options;
  const { path, fieldSelector, labelSelector } = selection;
  const query = {
    fieldSelector,
    labelSelector,
    resourceVersion,
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: serverTimeoutSeconds,
  };
  // The answer begins at once, before any event; a pooled connection that is dead as well must not cost the full time-out.
  const timeoutSeconds = Math.min(idleTimeoutSeconds, longestWaitForAnswerSeconds);
  const body = await client.stream({ path, query, signal, idleTimeoutSeconds, timeoutSeconds });
  for await (const event of jsonLines<WatchEvent<T> | ErrorEvent>(body)) {
    if (event.type === 'ERROR')
      throw mapKubeStatus(event.object.code ?? 500, JSON.stringify(event.object), `watch of ${path}`);
    yield event;
  }
}
