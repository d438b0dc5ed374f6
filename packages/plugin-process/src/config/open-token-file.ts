import { readFile } from 'node:fs/promises';
import { UnavailableError } from '@interlink/spec';
import { ConfigError } from '@interlink/runtime';

/** The tokens of a file, one a line, read whenever they are asked for; checked once now, so that a wrong path is seen at the start. */
export async function openTokenFile(file: string): Promise<() => Promise<readonly string[]>> {
  const read = async (): Promise<readonly string[]> =>
    (await readFile(file, 'utf8'))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  await read().catch((error: unknown) => {
    throw new ConfigError(`tokenFile: ${file} cannot be read`, { cause: error });
  });
  return () =>
    read().catch((error: unknown) => {
      throw new UnavailableError('the token file cannot be read at the moment', { cause: error });
    });
}
