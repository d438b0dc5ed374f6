import {
  announcedFeatures,
  isInterLinkError,
  UnsupportedError,
  type CallOptions,
  type Feature,
  type PingResponse,
} from '@interlink/spec';

/** The pings of a peer, and what it announced in its last answer. */
export interface PeerFeatures {
  /** Pings and remembers the answer. A failed ping leaves the last one. */
  ping(options?: CallOptions): Promise<PingResponse>;
  /** Runs the call when the feature was announced; pings first if there was no answer yet. Rejects with UnsupportedError else. */
  use<T>(feature: Feature, call: () => Promise<T>, options?: CallOptions): Promise<T>;
  /** True when the last answer was that of a peer without extensions. */
  isForeign(): boolean;
}

/** {@link PeerFeatures} of a peer that has not been asked yet. */
export function createPeerFeatures(ask: (options?: CallOptions) => Promise<PingResponse>): PeerFeatures {
  let last: PingResponse | undefined;
  /** The Go API server passes on the announcement of the plugin behind it, and none of the routes. */
  let behindForeign = false;

  async function ping(options?: CallOptions): Promise<PingResponse> {
    last = await ask(options);
    return last;
  }

  async function use<T>(feature: Feature, call: () => Promise<T>, options?: CallOptions): Promise<T> {
    const offered = announcedFeatures(last ?? (await ping(options))).has(feature);
    if (!offered) throw new UnsupportedError(`the peer does not offer the feature "${feature}"`);
    try {
      const result = await call();
      behindForeign = false;
      return result;
    } catch (error) {
      if (!isMissingRoute(error)) throw error;
      behindForeign = true;
      throw new UnsupportedError(
        `the feature "${feature}" was announced, but a server on the way does not pass it on`,
        { cause: error },
      );
    }
  }

  return { ping, use, isForeign: () => behindForeign || (last !== undefined && last.interlink === undefined) };
}

/** A 404 in the words of our own servers is about the pod that was asked for. */
function isMissingRoute(error: unknown): boolean {
  return isInterLinkError(error) && error.code === 'ILK_NOT_FOUND' && error.details['code'] === undefined;
}
