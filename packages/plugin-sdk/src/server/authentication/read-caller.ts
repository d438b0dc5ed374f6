import type { JWTPayload } from 'jose';
import { UnauthenticatedError, type Caller } from '@interlink/spec';
import type { OidcIssuer } from './oidc-settings.ts';

const defaultPrefix = 'oidc:';
const longestNameCharacters = 256;

/** A name goes into logs and messages. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** A claim by its whole name, else by a path with dots: some issuers have `wlcg.groups`, others `realm_access.roles` within one another. */
function claimOf(claims: JWTPayload, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** The texts of a claim: a list of texts, one text, a number or truth value as JSON has it; none when it is absent or something else. */
export function listClaim(claims: JWTPayload, name: string): readonly string[] {
  const value = claimOf(claims, name);
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string');
  // RFC 8693: the scopes of a token are one text with blanks between.
  if (typeof value === 'string') return name === 'scope' ? value.split(' ') : [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

/**
 * The caller that verified claims name.
 *
 * @throws UnauthenticatedError when the claim that names it is absent or no name.
 */
export function readCaller(claims: JWTPayload, settings: OidcIssuer): Caller {
  const { usernameClaim = 'sub', groupsClaim = 'groups', prefix = defaultPrefix, nodesClaim } = settings;
  const name = claimOf(claims, usernameClaim);
  if (typeof name !== 'string' || name === '' || name.length > longestNameCharacters || unprintable.test(name)) {
    throw new UnauthenticatedError(`the bearer token is not accepted: its claim "${usernameClaim}" names nobody`);
  }
  return {
    name: `${prefix}${name}`,
    groups: listClaim(claims, groupsClaim).map((group) => `${prefix}${group}`),
    by: 'oidc',
    ...(nodesClaim === undefined ? {} : { nodes: listClaim(claims, nodesClaim) }),
  };
}
