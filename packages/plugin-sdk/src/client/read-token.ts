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
