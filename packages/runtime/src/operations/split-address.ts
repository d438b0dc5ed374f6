import { ConfigError } from '../config/config-error.ts';

/** Host and port of an address. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const highestPort = 65_535;
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * `host:port`, with an IPv6 address in brackets.
 *
 * @param key - Names the setting in the error.
 * @throws ConfigError when it is something else.
 */
export function splitAddress(address: string, key: string): HostAndPort {
  const [, bracketed, bare, digits = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address) ?? [];
  const host = bracketed ?? bare;
  const port = Number(digits);
  if (host === undefined || port > highestPort)
    throw new ConfigError(`${key} must be host:port, not ${JSON.stringify(address)}`);
  return { host, port };
}

/** Whether only this machine reaches the address. */
export function isLoopback({ host }: HostAndPort): boolean {
  return loopback.has(host) || host.startsWith('127.');
}
