import {
  announcedFeatures,
  UnsupportedError,
  type CallOptions,
  type Feature,
  type PingResponse,
} from '@interlink/spec';

/** What a peer announced in its last ping answer. */
export interface PeerFeatures {
  /** Remembers a ping answer. */
  note(response: PingResponse): void;
  /** Resolves when the feature was announced; pings first if there was no answer yet. Rejects with UnsupportedError else. */
  require(feature: Feature, options?: CallOptions): Promise<void>;
  /** True when the peer announced itself, false when it answered without, undefined when it never answered. */
  speaksExtensions(): boolean | undefined;
}

/** Features of a peer that has not been asked yet. */
export function createPeerFeatures(ping: (options?: CallOptions) => Promise<PingResponse>): PeerFeatures {
  let last: PingResponse | undefined;
  return {
    note: (response) => {
      last = response;
    },
    require: async (feature, options) => {
      if (!announcedFeatures(last ?? (await ping(options))).has(feature)) {
        throw new UnsupportedError(`the peer does not offer the feature "${feature}"`);
      }
    },
    speaksExtensions: () => (last === undefined ? undefined : last.interlink !== undefined),
  };
}
