import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import type { KubeObject, Selection } from './kube-object.ts';

/** A full list at one moment. */
export interface ObjectList<T> {
  readonly items: T[];
  /** The moment; a watch from here misses nothing. */
  readonly resourceVersion: string;
}

interface ListPage<T> {
  readonly items?: T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** What {@link listAll} needs. */
export interface ListAllOptions<T> {
  readonly client: KubeClient;
  readonly selection: Selection;
  /** Objects of one page. Default 500. */
  readonly pageSize?: number | undefined;
  /** Applied to each object as it comes, to keep less of it. */
  readonly transform?: ((object: T) => T) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultPageSize = 500;
const listTimeoutSeconds = 60;

/** Every object of the selection as the store of the API server has it now (no cached answer), page by page. */
export async function listAll<T extends KubeObject>(options: ListAllOptions<T>): Promise<ObjectList<T>> {
  try {
    return await listPages(options, options.pageSize ?? defaultPageSize);
  } catch (error) {
    // The continue token expired in the middle of a long list: one answer without pages cannot.
    if (!hasStatus(error, 410)) throw error;
    return await listPages(options, undefined);
  }
}

async function listPages<T extends KubeObject>(
  options: ListAllOptions<T>,
  limit: number | undefined,
): Promise<ObjectList<T>> {
  const { client, selection, signal, transform } = options;
  const { path, fieldSelector, labelSelector } = selection;
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const query = { fieldSelector, labelSelector, limit, continue: next };
    const page = await client.request<ListPage<T>>({
      method: 'GET',
      path,
      query,
      signal,
      timeoutSeconds: listTimeoutSeconds,
    });
    for (const item of page.items ?? []) items.push(transform === undefined ? item : transform(item));
    next = page.metadata?.continue;
    if (next === undefined || next === '') return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}
