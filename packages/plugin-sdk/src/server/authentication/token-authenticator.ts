import { timingSafeEqual } from 'node:crypto';
import type { Authenticator } from './authenticator.ts';
import { digestOf, type TokenEntry } from './parse-token-lines.ts';

/** The callers that a server knows by token. Asked for each request, so that a rotated file counts at once. */
export type TokenSource = () => Promise<readonly TokenEntry[]>;

/** The tokens of a server whose callers have no names. Empty ones count as none. */
export function unnamed(tokens: () => Promise<readonly string[]>): TokenSource {
  return async () => {
    const known = (await tokens()).map((token) => token.trim()).filter((token) => token !== '');
    return known.map((token) => ({ digest: digestOf(token), name: 'token', groups: [] }));
  };
}

/**
 * Knows callers by tokens of a file or the like. An empty list knows nobody: an emptied token file must not open a server. Takes the same
 * time whichever token is given.
 */
export function createTokenAuthenticator(source: TokenSource): Authenticator {
  return async ({ bearer }) => {
    if (bearer === undefined) return undefined;
    const wanted = digestOf(bearer);
    const matching = (await source()).map((entry) => (timingSafeEqual(entry.digest, wanted) ? entry : undefined));
    const found = matching.find((entry) => entry !== undefined);
    return found === undefined ? undefined : { name: found.name, groups: found.groups, by: 'token' };
  };
}
