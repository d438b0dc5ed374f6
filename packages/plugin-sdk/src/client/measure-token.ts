import { decodeJwt } from 'jose';
import type { Metrics } from '@interlink/runtime';
import type { TokenOptions } from './read-token.ts';

/** Where a token comes from, and when it ends if that is known. */
export interface MeasuredToken extends TokenOptions {
  /** The end of the token that was given last, in milliseconds since 1970. Default: what a signed token says of itself. */
  readonly expiresAt?: () => number | undefined;
}

/** The same source of tokens, with a metric of when the token that was used last ends; none while nobody knows. */
export function measureToken(source: MeasuredToken, metrics: Metrics): TokenOptions {
  const { token: read, renewToken, expiresAt } = source;
  const gauge = metrics.gauge(
    'interlink_backend_token_expiry_timestamp_seconds',
    'When the bearer token for the next process ends, where that is known.',
  );
  // It begins with 0, which would be an end in 1970.
  gauge.remove();
  if (read === undefined) return {};
  let last: string | undefined;
  const token = async (): Promise<string | undefined> => {
    const value = await read();
    if (value === last) return value;
    last = value;
    const end = expiresAt?.() ?? tokenExpiry(value);
    if (end === undefined) gauge.remove();
    else gauge.set(end / 1000);
    return value;
  };
  return { token, ...(renewToken === undefined ? {} : { renewToken }) };
}

/** What a signed token says of its end, in milliseconds since 1970; undefined for another kind. */
export function tokenExpiry(token: string | undefined): number | undefined {
  if (token === undefined) return undefined;
  try {
    const { exp } = decodeJwt(token.trim());
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
}
