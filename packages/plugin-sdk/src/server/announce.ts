import { extensionVersion, type Feature, type PingResponse, type Plugin } from '@interlink/spec';
import { isRemote } from '../remote-peers.ts';

/** The optional methods of both hops' interfaces. */
export type OptionalMethods = Pick<Plugin, 'list' | 'watch' | 'exec' | 'attach' | 'portForward' | 'stats'> & {
  /** Its request differs from hop to hop. */
  readonly update?: unknown;
};

const methods: Readonly<Record<Feature, keyof OptionalMethods>> = {
  events: 'watch',
  list: 'list',
  exec: 'exec',
  attach: 'attach',
  portForward: 'portForward',
  stats: 'stats',
  update: 'update',
};

/** The features that the HTTP servers of this package have routes for. */
export const servedFeatures: readonly Feature[] = [
  'events',
  'list',
  'exec',
  'attach',
  'portForward',
  'stats',
  'update',
];

function featuresOf(target: OptionalMethods): readonly Feature[] {
  if (isRemote(target)) return [];
  return (Object.keys(methods) as Feature[]).filter((feature) => target[methods[feature]] !== undefined);
}

/**
 * The ping answer with what its sender can do beyond the six routes: as it announced itself, else by the methods it has. Features
 * that are not in `served` are left out. What a foreign peer behind a remote client said stays as it is.
 */
export function announce(
  response: PingResponse,
  target: OptionalMethods,
  served: readonly Feature[] = servedFeatures,
): PingResponse {
  if (response.interlink === undefined && isRemote(target)) return response;
  const own: readonly string[] = response.interlink?.features ?? featuresOf(target);
  const common = served.filter((feature) => own.includes(feature));
  return { ...response, interlink: { ...response.interlink, version: extensionVersion, features: common } };
}
