import { isIP } from 'node:net';
import { InvalidInputError } from '@interlink/spec';

/** Where a server listens or a peer is. */
export type Address =
  | { readonly scheme: 'unix'; readonly path: string }
  | { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number };

/** The kernel's limit for the path of a unix socket, without its closing zero. */
export const maximumSocketPathBytes = 107;

const unixPrefix = 'unix://';
const expected = 'expected unix:///path, http://host:port or https://host:port';

function parseUnix(text: string): Address {
  const path = text.slice(unixPrefix.length);
  if (!path.startsWith('/')) throw new InvalidInputError(`the socket path of "${text}" is not absolute: ${expected}`);
  if (Buffer.byteLength(path) > maximumSocketPathBytes) {
    throw new InvalidInputError(
      `the socket path of "${text}" is longer than the ${maximumSocketPathBytes} bytes a unix socket may have`,
    );
  }
  return { scheme: 'unix', path };
}

function parseUrl(text: string): URL {
  // The text is not quoted where it might hold a password.
  if (!URL.canParse(text)) throw new InvalidInputError(`the address is no URL: ${expected}`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new InvalidInputError('the address must not hold a user or password');
  return url;
}

/**
 * Reads `unix:///path`, `http://host:port` or `https://host:port`. The port's default is the scheme's; port 0 takes a free one.
 *
 * @throws InvalidInputError for anything else, a path or query after the port included.
 */
export function parseAddress(text: string): Address {
  if (text.startsWith(unixPrefix)) return parseUnix(text);
  const url = parseUrl(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidInputError(`the scheme of "${text}" is not supported: ${expected}`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new InvalidInputError(`"${text}" has something after the port: ${expected}`);
  }
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const defaultPort = scheme === 'https' ? 443 : 80;
  return {
    scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
  };
}

/** The address as a URL that {@link parseAddress} reads back. */
export function formatAddress(address: Address): string {
  if (address.scheme === 'unix') return `${unixPrefix}${address.path}`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  return `${address.scheme}://${host}:${address.port}`;
}

/** True when only this machine can reach the address. */
export function isLocalAddress(address: Address): boolean {
  if (address.scheme === 'unix') return true;
  const { host } = address;
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}
