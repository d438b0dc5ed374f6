import type { CreateExtension, PingResponse } from './wire.ts';

/** Optional parts of the wire, announced in the ping answer. A peer uses one only after it was announced. */
export const features = ['events', 'list', 'exec', 'attach', 'portForward', 'stats', 'update'] as const;

/** What a create may carry in its key `interlink`, for a peer that announced that it makes use of it. */
export const createExtensions = ['imagePullSecrets'] as const satisfies readonly (keyof CreateExtension)[];

/** One part of a create beyond what the Go components send. */
export type CreateExtensionKey = (typeof createExtensions)[number];

/** One optional part of the wire. */
export type Feature = (typeof features)[number];

/** Version of the extensions that this package describes. */
export const extensionVersion = 1;

/** The features that a peer announced; empty for the Go and Python components, unknown names left out. */
export function announcedFeatures(response: PingResponse): ReadonlySet<Feature> {
  const names = response.interlink?.version === extensionVersion ? response.interlink.features : [];
  return new Set(features.filter((feature) => names.includes(feature)));
}

/** The parts of a create that a peer announced it makes use of; none for the Go and Python components. */
export function announcedAccepts(response: PingResponse): ReadonlySet<CreateExtensionKey> {
  const names = response.interlink?.version === extensionVersion ? (response.interlink.accepts ?? []) : [];
  return new Set(createExtensions.filter((key) => names.includes(key)));
}
