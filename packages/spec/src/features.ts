import type { PingResponse } from './wire.ts';

/** Optional parts of the wire, announced in the ping answer. A peer uses one only after it was announced. */
export const features = ['events', 'list', 'exec', 'attach', 'portForward', 'stats'] as const;

/** One optional part of the wire. */
export type Feature = (typeof features)[number];

/** Version of the extensions that this package describes. */
export const extensionVersion = 1;

/** The features that a peer announced; empty for the Go and Python components, unknown names left out. */
export function announcedFeatures(response: PingResponse): ReadonlySet<Feature> {
  const names = response.interlink?.version === extensionVersion ? response.interlink.features : [];
  return new Set(features.filter((feature) => names.includes(feature)));
}
