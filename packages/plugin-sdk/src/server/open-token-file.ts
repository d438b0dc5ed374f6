import { readFile } from 'node:fs/promises';
import { UnavailableError } from '@interlink/spec';
import { ConfigError } from '@interlink/runtime';

/** The bearer tokens of a file, one a line, trimmed; empty lines are none. */
async function readTokens(file: string): Promise<readonly string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '');
}

/**
 * Reads the tokens of a file whenever they are asked for, so that a rotated file counts at once. The first time is now, so that
 * a wrong path is seen at the start and not by the first caller.
 *
 * @throws ConfigError naming the file; later, the source rejects with an UnavailableError that does not.
 */
export async function openTokenFile(file: string): Promise<() => Promise<readonly string[]>> {
  await readTokens(file).catch((error: unknown) => {
    throw new ConfigError(`the token file ${file} cannot be read`, { cause: error });
  });
  return () =>
    readTokens(file).catch((error: unknown) => {
      throw new UnavailableError('a token file cannot be read at the moment', { cause: error });
    });
}
