import { isInterLinkError } from '@interlink/spec';
import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import type { OAuthSettings } from './oauth-settings.ts';
import { createRefreshTokenStore } from './refresh-token-store.ts';
import { createRenewingToken, type RenewingToken } from './renewing-token.ts';
import { requestToken, type GrantedToken } from './request-token.ts';

/** What {@link createOAuthToken} works with. */
export interface OAuthContext {
  /** Told of renewals that failed. No token and no secret is in a line. */
  readonly logger: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * A bearer token of an OAuth 2.0 server by client credentials or refresh token, for `RemoteOptions.token` and `renewToken`. The first request is
 * made when the first call needs it. A refresh token that the server replaced is kept durably before the new access token is used.
 */
export function createOAuthToken(
  settings: OAuthSettings,
  { logger, clock = systemClock }: OAuthContext,
): RenewingToken {
  const store = settings.refreshToken === undefined ? undefined : createRefreshTokenStore(settings.refreshToken);

  async function exchange(): Promise<GrantedToken> {
    const refreshToken = await store?.read();
    const granted = await requestToken(settings, refreshToken);
    if (store !== undefined && granted.refreshToken !== undefined && granted.refreshToken !== refreshToken) {
      await store.write(granted.refreshToken).catch((error: unknown) => {
        // The access token is good all the same; only a restart will miss the refresh token.
        const code = isInterLinkError(error) ? error.code : (error as NodeJS.ErrnoException).code;
        logger.error({ code }, 'the new refresh token could not be kept');
      });
    }
    return granted;
  }

  const { stateFile } = settings.refreshToken ?? {};
  const grant = stateFile === undefined ? exchange : () => oneByOne(stateFile, exchange);
  return createRenewingToken(grant, { logger, clock });
}

/** By state file: several nodes of one process may share a refresh token, and servers take its second use for theft. */
const turns = new Map<string, Promise<unknown>>();

async function oneByOne<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(key) ?? Promise.resolve();
  const turn = before.then(work, work);
  turns.set(key, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(key) === turn) turns.delete(key);
  }
}
