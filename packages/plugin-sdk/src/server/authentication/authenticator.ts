import { UnauthenticatedError, type Caller } from '@interlink/spec';
import type { ClientCertificate } from './client-certificate.ts';

/** What a request brings to show who sent it. */
export interface Credentials {
  /** The bearer token; undefined when there is none, or another kind of credential in its place. */
  readonly bearer: string | undefined;
  /** The client certificate, where TLS verified one. */
  readonly certificate: ClientCertificate | undefined;
}

/**
 * Establishes who calls.
 *
 * @returns undefined when the credentials are not of the kind that it judges.
 * @throws UnauthenticatedError for credentials of its kind that are no good, ForbiddenError for a caller that is known and not wanted,
 * UnavailableError when they cannot be judged at the moment. The credential itself is in no error.
 */
export type Authenticator = (credentials: Credentials) => Promise<Caller | undefined>;

const scheme = /^Bearer +(\S+) *$/i;

/** The token of an `Authorization` header; undefined for every other header, the empty one that the Go virtual kubelet sends too. */
export function readBearer(authorization: string | undefined): string | undefined {
  return scheme.exec(authorization ?? '')?.[1];
}

/**
 * Asks one after the other until one says who it is.
 *
 * @throws UnauthenticatedError when none does.
 */
export function anyOf(authenticators: readonly Authenticator[]): (credentials: Credentials) => Promise<Caller> {
  return async (credentials) => {
    for (const authenticate of authenticators) {
      const caller = await authenticate(credentials);
      if (caller !== undefined) return caller;
    }
    throw new UnauthenticatedError(
      credentials.bearer === undefined ? 'a bearer token is required' : 'the bearer token is not known here',
    );
  };
}
