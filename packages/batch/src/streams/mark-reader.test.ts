import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarkReader } from './mark-reader.ts';

const id = '0123456789abcdef0123456789abcdef';

/** Everything that a reader makes of a text that comes in pieces. */
function read(text: string, pieces: readonly number[] = []) {
  const reader = createMarkReader(id);
  const bytes = Buffer.from(text, 'latin1');
  let own = '';
  let start = 0;
  for (const length of [...pieces, bytes.length]) {
    own += Buffer.from(reader.take(bytes.subarray(start, start + length))).toString('latin1');
    start += length;
  }
  own += Buffer.from(reader.rest()).toString('latin1');
  return { own, begun: reader.begun, exitCode: reader.exitCode, preface: reader.preface };
}

describe('the marks in a standard error', () => {
  it('are taken out, wherever they stand', () => {
    expect(read(`srun: step created\n${id} begin\nerror one${id} end 3\nlate`)).toEqual({
      own: 'error onelate',
      begun: true,
      exitCode: 3,
      preface: 'srun: step created\n',
    });
  });

  it('are absent where the command could not be started', () => {
    expect(read('interlink: container main is not running\n')).toEqual({
      own: '',
      begun: false,
      exitCode: undefined,
      preface: 'interlink: container main is not running\n',
    });
  });

  it('are found in pieces of any size, and everything else comes out as it went in', () => {
    const bytes = fc.string({ unit: fc.constantFrom('\0', '\n', '0', '1', '2', 'a', 'ÿ', id.slice(0, 9)) });
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(bytes, bytes, sizes, fc.integer({ min: 0, max: 255 }), (before, after, pieces, code) => {
        const { own, exitCode } = read(`${id} begin\n${before}${id} end ${code}\n${after}`, pieces);
        expect({ own, exitCode }).toEqual({ own: before + after, exitCode: code });
      }),
    );
  });

  it('are passed on at once when nothing can follow', () => {
    const reader = createMarkReader(id);
    reader.take(Buffer.from(`${id} begin\n`));
    expect(Buffer.from(reader.take(Buffer.from('prompt> '))).toString()).toBe('prompt> ');
  });
});
