import { readFile } from 'node:fs/promises';
import { isInterLinkError, UnavailableError } from '@interlink/spec';
import { ConfigError } from '@interlink/runtime';
import { parseTokenLines, type TokenEntry } from './authentication/parse-token-lines.ts';
import type { TokenSource } from './authentication/token-authenticator.ts';

async function readCallers(file: string): Promise<readonly TokenEntry[]> {
  return parseTokenLines(await readFile(file, 'utf8'));
}

/**
 * The callers of a token file, see `parseTokenLines`. It is read whenever a caller is to be known, so that a rotated file counts at once. The
 * first time is now, so that a wrong path is seen at the start and not by the first caller.
 *
 * @throws ConfigError naming the file; later, the source rejects with an UnavailableError that does not.
 */
export async function openCallerFile(file: string): Promise<TokenSource> {
  await readCallers(file).catch((error: unknown) => {
    const reason = isInterLinkError(error) ? `cannot be used: ${error.message}` : 'cannot be read';
    throw new ConfigError(`the token file ${file} ${reason}`, { cause: error });
  });
  return () =>
    readCallers(file).catch((error: unknown) => {
      throw new UnavailableError('a token file cannot be read at the moment', { cause: error });
    });
}
