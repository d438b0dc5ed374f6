import { createHash, timingSafeEqual } from 'node:crypto';
import { UnauthenticatedError } from '@interlink/spec';

/** The bearer tokens that a server takes. Asked for each request, so that a rotated file counts at once. */
export type TokenSource = () => Promise<readonly string[]>;

const scheme = /^Bearer +(\S+) *$/i;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** True when one of the tokens is the given one; takes the same time whichever it is and whether or not one is. */
function isKnown(given: string, tokens: readonly string[]): boolean {
  const wanted = digest(given);
  return tokens.map((token) => timingSafeEqual(digest(token), wanted)).includes(true);
}

/**
 * Lets a request with a known bearer token pass. Empty tokens count as none, and no token at all lets nobody in: an emptied
 * token file must not open a server.
 *
 * @throws UnauthenticatedError for every other request.
 */
export async function checkBearer(authorization: string | undefined, source: TokenSource): Promise<void> {
  const given = scheme.exec(authorization ?? '')?.[1];
  if (given === undefined) throw new UnauthenticatedError('a bearer token is required');
  const tokens = (await source()).map((token) => token.trim()).filter((token) => token !== '');
  if (!isKnown(given, tokens)) throw new UnauthenticatedError('the bearer token is not known here');
}
