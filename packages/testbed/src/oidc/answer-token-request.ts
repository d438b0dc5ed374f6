import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { SignOptions } from './signing-keys.ts';

/** Whom a token endpoint gives tokens, and which. */
export interface TokenPolicy {
  clientId: string;
  clientSecret: string;
  /** Of the access tokens. */
  lifetimeSeconds: number;
  /** The refresh tokens that are good; each is good once, and brings the next one. */
  refreshTokens: string[];
  /** Claims of the access tokens besides those that every token has. */
  claims?: JWTPayload;
}

/** What {@link answerTokenRequest} works with. */
export interface TokenIssuer {
  readonly policy: TokenPolicy;
  readonly sign: (claims?: JWTPayload, options?: SignOptions) => Promise<string>;
}

interface TokenRequest {
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Status and body of a token endpoint's answer (RFC 6749) to a client with HTTP basic authentication. */
export async function answerTokenRequest(
  { authorization = '', body }: TokenRequest,
  { policy, sign }: TokenIssuer,
): Promise<[number, unknown]> {
  const form = new URLSearchParams(body);
  const [id, secret] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  if (decodeURIComponent(id ?? '') !== policy.clientId || decodeURIComponent(secret ?? '') !== policy.clientSecret) {
    return [401, { error: 'invalid_client', error_description: `no such client with the secret ${secret}` }];
  }
  const refresh = form.get('refresh_token') ?? '';
  const isRefresh = form.get('grant_type') === 'refresh_token';
  if (isRefresh && !policy.refreshTokens.includes(refresh)) {
    return [400, { error: 'invalid_grant', error_description: `the refresh token ${refresh} is not known` }];
  }
  const audience = form.get('audience');
  const claims = { ...policy.claims, jti: randomUUID(), ...(audience === null ? {} : { aud: audience }) };
  const access = await sign(claims, { expiresInSeconds: policy.lifetimeSeconds });
  const answer = { access_token: access, token_type: 'Bearer', expires_in: policy.lifetimeSeconds };
  if (!isRefresh) return [200, answer];
  const next = `refresh-${randomUUID()}`;
  policy.refreshTokens = [next];
  return [200, { ...answer, refresh_token: next }];
}
