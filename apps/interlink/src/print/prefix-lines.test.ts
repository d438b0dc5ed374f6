import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixLines } from './prefix-lines.ts';

function prefixed(prefix: string, chunks: readonly Uint8Array[]): Uint8Array[] {
  const lines: Uint8Array[] = [];
  const prefixer = prefixLines(prefix, (line) => lines.push(Uint8Array.from(line)));
  for (const chunk of chunks) prefixer.write(chunk);
  prefixer.end();
  return lines;
}

/** The same by other means: latin1 gives every byte a character of its own. */
function expected(prefix: string, chunks: readonly Uint8Array[]): string[] {
  const text = Buffer.concat(chunks).toString('latin1');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${Buffer.from(prefix).toString('latin1')}${line}\n`);
}

// Few different bytes, so that newlines are frequent.
const chunk = fc.uint8Array({ max: 14, maxLength: 20 }).map((bytes) => bytes.map((byte) => (byte > 11 ? 0xff : byte)));

describe('prefixLines', () => {
  it('gives every line of any bytes in any chunks its prefix', () => {
    fc.assert(
      fc.property(fc.array(chunk), (chunks) => {
        const lines = prefixed('é | ', chunks).map((line) => Buffer.from(line).toString('latin1'));
        expect(lines).toEqual(expected('é | ', chunks));
      }),
    );
  });

  it('passes a line on as soon as it is whole', () => {
    const lines: string[] = [];
    const prefixer = prefixLines('a | ', (line) => lines.push(Buffer.from(line).toString()));
    prefixer.write(Buffer.from('one\ntw'));
    expect(lines).toEqual(['a | one\n']);
    prefixer.write(Buffer.from('o\n'));
    expect(lines).toEqual(['a | one\n', 'a | two\n']);
  });

  it('ends twice as once', () => {
    const lines: string[] = [];
    const prefixer = prefixLines('', (line) => lines.push(Buffer.from(line).toString()));
    prefixer.write(Buffer.from('rest'));
    prefixer.end();
    prefixer.end();
    expect(lines).toEqual(['rest\n']);
  });
});
