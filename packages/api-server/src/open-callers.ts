import {
  authenticateCertificate,
  createOidcAuthenticator,
  createTokenAuthenticator,
  openCallerFile,
  type Authenticator,
} from '@interlink/plugin-sdk';
import type { Logger } from '@interlink/runtime';
import type { ApiServerConfig } from './config/api-config.ts';

/** How a server knows its callers; none where it asks for no credential. Disposing closes connections to issuers. */
export interface Callers extends AsyncDisposable {
  readonly authenticators: readonly Authenticator[];
}

/**
 * The ways to know a caller that a configuration names: by token file, by OpenID issuer, by client certificate. Where TLS requires a certificate and tokens
 * are asked for too, both are needed and the token names the caller.
 *
 * @throws ConfigError for a token file that cannot be used.
 */
export async function openCallers(config: ApiServerConfig, logger: Logger): Promise<Callers> {
  const { callerTokenFile, callers = {}, tls } = config;
  const oidc = createOidcAuthenticator(callers.oidc ?? [], { logger });
  const byToken = [
    ...(callerTokenFile === undefined ? [] : [createTokenAuthenticator(await openCallerFile(callerTokenFile))]),
    ...(callers.oidc === undefined ? [] : [oidc.authenticate]),
  ];
  const countsCertificate = byToken.length === 0 || callers.clientCertificates === 'accepted';
  const byCertificate = tls?.caFile !== undefined && countsCertificate ? [authenticateCertificate] : [];
  return {
    authenticators: [...byToken, ...byCertificate],
    [Symbol.asyncDispose]: () => oidc[Symbol.asyncDispose](),
  };
}
