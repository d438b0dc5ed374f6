import { isInterLinkError, UnauthenticatedError, UnavailableError } from '@interlink/spec';
import type { RemoteOptions } from './remote-options.ts';

const visibleAscii = /^[\x21-\x7e]+$/;

async function ask(source: NonNullable<RemoteOptions['token']>): Promise<string | undefined> {
  try {
    return await source();
  } catch (error) {
    if (isInterLinkError(error)) throw error;
    throw new UnavailableError('the bearer token could not be read', { cause: error, details: { notSent: true } });
  }
}

/**
 * The bearer token of this moment, trimmed; undefined when there is none.
 *
 * @throws UnauthenticatedError when it cannot stand in a header. The token itself is in no error.
 */
export async function readToken(source: RemoteOptions['token']): Promise<string | undefined> {
  const token = source === undefined ? '' : ((await ask(source))?.trim() ?? '');
  if (token === '') return undefined;
  if (!visibleAscii.test(token))
    throw new UnauthenticatedError('the bearer token has characters that a header cannot carry');
  return token;
}

/** Where the tokens of a peer come from. */
export type TokenOptions = Pick<RemoteOptions, 'token' | 'renewToken'>;

/** True for the peer's word that it does not take the token. */
function isRefused(error: unknown): boolean {
  return isInterLinkError(error) && error.code === 'ILK_UNAUTHENTICATED' && error.details['status'] === unauthorized;
}

const unauthorized = 401;

/**
 * Calls with the token of this moment. When the peer refuses it, it is renewed, and the call made once more if another one is there: the peer has done nothing
 * of a call that it refused.
 */
export async function withToken<T>(
  { token: source, renewToken }: TokenOptions,
  call: (token: string | undefined) => Promise<T>,
): Promise<T> {
  const token = await readToken(source);
  try {
    return await call(token);
  } catch (error) {
    if (token === undefined || !isRefused(error)) throw error;
    await renewToken?.(token);
    const next = await readToken(source);
    if (next === undefined || next === token) throw error;
    return await call(next);
  }
}
