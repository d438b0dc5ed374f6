import { createHash } from 'node:crypto';
import { InvalidInputError } from '@interlink/spec';

/** One caller of a token file. */
export interface TokenEntry {
  /** SHA-256 of the token. */
  readonly digest: Buffer;
  readonly name: string;
  readonly groups: readonly string[];
}

const hashed = /^sha256:([0-9a-f]{64})$/i;

/** SHA-256 of a text. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parseLine(line: string, number: number): TokenEntry {
  const [token = '', name = `line ${number}`, groups = '', ...rest] = line.split(/\s+/);
  if (rest.length > 0) {
    throw new InvalidInputError(`line ${number} of a token file has more than a token, a name and groups`);
  }
  const hex = hashed.exec(token)?.[1];
  const digest = hex === undefined ? digestOf(token) : Buffer.from(hex, 'hex');
  return { digest, name, groups: groups.split(',').filter((group) => group !== '') };
}

/**
 * The callers of a token file: each line a token, then a name, then groups with commas between; the latter two may be left out, and a
 * caller without a name is called after its line. In place of a token may stand `sha256:` and its digest in hex. Empty lines and those that begin with `#`
 * are none.
 *
 * @throws InvalidInputError naming the line; nothing of it is in the message.
 */
export function parseTokenLines(text: string): readonly TokenEntry[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => parseLine(line, number));
}
