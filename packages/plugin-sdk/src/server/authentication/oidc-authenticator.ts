import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ForbiddenError, isInterLinkError, UnauthenticatedError, type Caller } from '@interlink/spec';
import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import type { Authenticator } from './authenticator.ts';
import { createIssuerClient, type IssuerClient } from './issuer-client.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { signatureAlgorithms, type OidcIssuer } from './oidc-settings.ts';
import { listClaim, readCaller } from './read-caller.ts';

/** An {@link Authenticator} for tokens of OpenID issuers. Disposing closes its connections. */
export interface OidcAuthenticator extends AsyncDisposable {
  readonly authenticate: Authenticator;
}

/** What {@link createOidcAuthenticator} works with. */
export interface OidcContext {
  /** Told when an issuer cannot be reached. */
  readonly logger: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** No issuer writes longer ones, and a signature over them costs time. */
const longestTokenCharacters = 32_768;
const defaultClockSkewSeconds = 30;

interface Known {
  readonly settings: OidcIssuer;
  readonly client: IssuerClient;
  readonly keys: JWTVerifyGetKey;
}

/**
 * Knows callers by signed tokens (JWT) of OpenID issuers, as an OAuth2 proxy in front of a server does: signature by a key of the issuer,
 * issuer, audience, times, and what else the settings require.
 *
 * @remarks A token of no issuer here, or that is no JWT, is left to others. Nothing of a token is in an error or a log.
 */
export function createOidcAuthenticator(issuers: readonly OidcIssuer[], context: OidcContext): OidcAuthenticator {
  const { logger, clock = systemClock } = context;
  const known = new Map<string, Known>(
    issuers.map((settings) => {
      const client = createIssuerClient(settings);
      const keys = createIssuerKeys({ client, issuer: settings.issuer, logger, clock });
      return [settings.issuer, { settings, client, keys }];
    }),
  );

  const authenticate: Authenticator = async ({ bearer }) => {
    if (bearer === undefined || bearer.length > longestTokenCharacters) return undefined;
    const issuer = known.get(issuerOf(bearer) ?? '');
    if (issuer === undefined) return undefined;
    return checkCaller(await verify(bearer, issuer, clock), issuer.settings);
  };
  const dispose = async (): Promise<void> => {
    for (const { client } of known.values()) await client[Symbol.asyncDispose]();
  };
  return { authenticate, [Symbol.asyncDispose]: dispose };
}

/** What a token says of its issuer, before anybody believes it. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function verify(token: string, { settings, keys }: Known, clock: Clock): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: settings.issuer,
      audience: [...settings.audiences],
      algorithms: [...(settings.algorithms ?? signatureAlgorithms)],
      clockTolerance: settings.clockSkewSeconds ?? defaultClockSkewSeconds,
      requiredClaims: ['exp'],
      currentDate: new Date(clock.now()),
    });
    return payload;
  } catch (error) {
    if (isInterLinkError(error)) throw error;
    // Not as the cause: the library's error carries the claims.
    throw new UnauthenticatedError(`the bearer token is not accepted: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" does not fit`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its signature algorithm is not allowed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  return 'its signature does not fit';
}

function checkCaller(claims: JWTPayload, settings: OidcIssuer): Caller {
  const caller = readCaller(claims, settings);
  const { requiredGroups = [], requiredClaims = {} } = settings;
  const groups = listClaim(claims, settings.groupsClaim ?? 'groups');
  if (requiredGroups.length > 0 && !requiredGroups.some((group) => groups.includes(group))) {
    throw new ForbiddenError(`${caller.name} is in none of the groups that this server takes`);
  }
  for (const [claim, value] of Object.entries(requiredClaims)) {
    if (listClaim(claims, claim).includes(value)) continue;
    throw new ForbiddenError(`the token of ${caller.name} lacks what this server requires of its claim "${claim}"`);
  }
  return caller;
}
