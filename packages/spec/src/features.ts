import type { CreateExtension, PingResponse } from './wire.ts';

/** Optional parts of the wire, announced in the ping answer. A peer uses one only after it was announced. */
export const features = ['events', 'list', 'exec', 'attach', 'portForward', 'stats'] as const;

/** What a create may carry in its key `interlink`, for a peer that announced it. */
export type CreateExtensionKey = keyof CreateExtension;

/** One optional part of the wire. */
export type Feature = (typeof features)[number];

/** Version of the extensions that this package describes. */
export const extensionVersion = 1;

/** The features that a peer announced; empty for the Go and Python components, unknown names left out. */
export function announcedFeatures(response: PingResponse): ReadonlySet<Feature> {
  const names = response.interlink?.version === extensionVersion ? response.interlink.features : [];
  return new Set(features.filter((feature) => names.includes(feature)));
}

/** Whether the peer announced that it makes use of this part of a create. */
export function acceptsInCreate(response: PingResponse, key: CreateExtensionKey): boolean {
  return response.interlink?.version === extensionVersion && response.interlink.accepts?.includes(key) === true;
}
