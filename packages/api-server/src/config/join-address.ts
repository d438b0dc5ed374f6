import { ConfigError } from '@interlink/runtime';

/** A URL and a port as the Go components have them, apart, with the names of their keys for messages. */
export interface AddressParts {
  readonly url: string;
  readonly port?: string;
  readonly keys: { readonly url: string; readonly port: string };
}

const maximumPort = 65_535;

/**
 * One address: a unix socket as it is, an http or https URL with its port. A URL may hold the port itself, where the Go components
 * would append a second one.
 *
 * @throws ConfigError naming the key.
 */
export function joinAddress({ url: text, port, keys }: AddressParts): string {
  if (text.startsWith('unix://')) return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError(`${keys.url} must begin with http://, https:// or unix://`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new ConfigError(`${keys.url} must be a host, without user, path or query`);
  }
  // The parser drops a port that is the scheme's own.
  const written = /:(\d+)\/?$/.exec(text)?.[1];
  const chosen = written ?? port;
  if (chosen === undefined) throw new ConfigError(`${keys.port} is required`);
  if (!/^\d+$/.test(chosen) || Number(chosen) > maximumPort)
    throw new ConfigError(`${keys.port} must be a port number`);
  return `${url.protocol}//${url.hostname}:${chosen}`;
}
