import { metadataOnly, type KubeClient } from '@interlink/kube';
import type { Clock, Logger } from '@interlink/runtime';
import { isInterLinkError } from '@interlink/spec';
import type { ObjectSource } from '../inputs/create-object-source.ts';
import { parseTrustBundleKey, trustBundleVersion } from './trust-bundle-version.ts';

/** What {@link lookAtObjects} needs. */
export interface LookOptions {
  readonly client: KubeClient;
  readonly objects: Pick<ObjectSource, 'trustBundle'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The look takes about this long, so that many objects are no burst. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Fewer are looked at together. */
const fewObjects = 16;

/**
 * Puts the versions of objects into `versions`, by path: empty for one that is not there, the last one for one that cannot be read now. One request an
 * object, without its contents. Versions of other objects are dropped.
 */
export async function lookAtObjects(
  paths: ReadonlySet<string>,
  versions: Map<string, string>,
  options: LookOptions,
): Promise<void> {
  const { clock, seconds, signal } = options;
  for (const path of versions.keys()) if (!paths.has(path)) versions.delete(path);
  const all = [...paths];
  const atOnce = Math.max(fewObjects, Math.ceil(all.length / Math.max(1, Math.floor(seconds))));
  for (let start = 0; start < all.length; start += atOnce) {
    if (start > 0) await clock.sleep(1000, { signal });
    await Promise.all(all.slice(start, start + atOnce).map((path) => lookAt(path, versions, options)));
  }
}

interface ObjectMetadata {
  readonly metadata?: { readonly resourceVersion?: string };
}

async function lookAt(path: string, versions: Map<string, string>, options: LookOptions): Promise<void> {
  const { client, objects, logger, signal } = options;
  const trustBundle = parseTrustBundleKey(path);
  if (trustBundle !== undefined) {
    const lookup = await objects.trustBundle(trustBundle);
    if ('found' in lookup || lookup.absent) versions.set(path, trustBundleVersion(lookup));
    return;
  }
  try {
    const { metadata } = await client.request<ObjectMetadata>({ method: 'GET', path, accept: metadataOnly, signal });
    versions.set(path, metadata?.resourceVersion ?? '');
  } catch (error) {
    signal.throwIfAborted();
    if (isInterLinkError(error) && error.code === 'ILK_NOT_FOUND') versions.set(path, '');
    else logger.debug({ err: error, path }, 'object not looked at, its pods keep what they have');
  }
}
