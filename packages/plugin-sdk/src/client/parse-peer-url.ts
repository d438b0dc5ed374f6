import { InvalidInputError } from '@interlink/spec';
import { parseAddress } from '../server/parse-address.ts';

/** What the HTTP client needs to know of a peer's URL. */
export interface PeerUrl {
  /** For the connection pool and the Host header. */
  readonly origin: string;
  /** Path before the routes, without a closing slash; empty for most peers. */
  readonly prefix: string;
  /** Dialled instead of the origin. */
  readonly socketPath?: string;
  /** For messages. */
  readonly text: string;
}

const expected = 'expected unix:///path, http://host:port or https://host:port';

/**
 * Reads the URL of a peer.
 *
 * @throws InvalidInputError for another scheme, a user, a query or a fragment.
 */
export function parsePeerUrl(text: string): PeerUrl {
  if (text.startsWith('unix://')) {
    const address = parseAddress(text);
    if (address.scheme === 'unix') return { origin: 'http://localhost', prefix: '', socketPath: address.path, text };
  }
  if (!URL.canParse(text)) throw new InvalidInputError(`the URL of the peer is none: ${expected}`, { field: 'url' });
  const url = new URL(text);
  const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!bare)
    throw new InvalidInputError('the URL of the peer must not hold a user, a query or a fragment', { field: 'url' });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidInputError(`the URL of the peer must begin with http, https or unix, not ${url.protocol}`, {
      field: 'url',
    });
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  return { origin: url.origin, prefix, text: `${url.origin}${prefix}` };
}
