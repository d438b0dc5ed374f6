import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mirrorGreeting, readFrames, type MirrorFrame } from './mirror-frames.ts';

const greeting = `${mirrorGreeting}\n`;

async function framesOf(...chunks: (string | Uint8Array)[]): Promise<MirrorFrame[]> {
  const stream = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
  })();
  const frames: MirrorFrame[] = [];
  for await (const frame of readFrames(stream)) frames.push(frame);
  return frames;
}

function format(frame: MirrorFrame): Buffer {
  if (frame.kind === 'taken' || frame.kind === 'end') return Buffer.from(`${frame.kind}\n`);
  const place = frame.kind === 'file' ? '' : ` ${frame.offset}`;
  return Buffer.concat([Buffer.from(`${frame.kind} ${frame.path}${place} ${frame.content.length}\n`), frame.content]);
}

describe('readFrames', () => {
  it('gives any bytes as they were sent, wherever the stream is cut', async () => {
    const path = fc.stringMatching(/^[a-z][a-z/.0-9-]{0,20}$/);
    const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const frame: fc.Arbitrary<MirrorFrame> = fc.oneof(
      fc.constantFrom<MirrorFrame>({ kind: 'taken' }, { kind: 'end' }),
      fc.record({ kind: fc.constant('file' as const), path, content }),
      fc.record({ kind: fc.constant('append' as const), path, offset: fc.nat(), content }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 6 }), fc.nat(30), async (frames, size) => {
        const bytes = Buffer.concat([Buffer.from(greeting), ...frames.map(format)]);
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size + 1) chunks.push(bytes.subarray(at, at + size + 1));
        expect(await framesOf(...chunks)).toEqual(frames);
      }),
    );
  });

  it('passes over what a login script says first', async () => {
    expect(await framesOf('Welcome!\n\nfile x 3\n', greeting, 'end\n')).toEqual([{ kind: 'end' }]);
  });

  it('does not give what is cut off', async () => {
    expect(await framesOf(greeting, 'file a 3\nab')).toEqual([]);
    expect(await framesOf(greeting, 'en')).toEqual([]);
    expect(await framesOf()).toEqual([]);
  });

  it.each(['hello\n', 'file a\n', 'file a -1\n', 'file a 99999999999\n', 'append a 1\n', 'x'.repeat(5000)])(
    'refuses %j',
    async (text) => {
      await expect(framesOf(greeting, text)).rejects.toMatchObject({ code: 'ILK_BACKEND' });
    },
  );
});
