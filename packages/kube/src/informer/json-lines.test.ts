import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLines } from './json-lines.ts';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield await Promise.resolve(bytes.subarray(start, start + size));
}

describe('jsonLines', () => {
  it('gives the same values wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }) })),
        fc.integer({ min: 1, max: 9 }),
        async (values, size) => {
          const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
          expect(await Array.fromAsync(jsonLines(cut(bytes, size)))).toEqual(values);
        },
      ),
    );
  });

  it('skips a last line without an end: the connection broke in the middle of it', async () => {
    expect(await Array.fromAsync(jsonLines(cut(Buffer.from('{"a":1}\n{"b":'), 4)))).toEqual([{ a: 1 }]);
  });

  it('rejects a line that is no JSON', async () => {
    await expect(Array.fromAsync(jsonLines(cut(Buffer.from('nonsense\n'), 4)))).rejects.toMatchObject({
      code: 'ILK_BACKEND',
    });
  });
});
