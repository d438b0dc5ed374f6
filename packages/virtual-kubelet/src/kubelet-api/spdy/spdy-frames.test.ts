import { constants, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createHeaderCodec } from './header-codec.ts';
import { headerDictionary } from './header-dictionary.ts';
import { buildDataHead, buildReply, createFrameReader, type SpdyFrame } from './spdy-frames.ts';

const ping = Buffer.from('8003000600000004000000ff', 'hex');
const reset = Buffer.from('80030003000000080000000500000005', 'hex');

function open(streamId: number, block: Uint8Array): Buffer {
  const head = Buffer.alloc(18);
  head.writeUInt16BE(0x80_03, 0);
  head.writeUInt16BE(1, 2);
  head.writeUIntBE(10 + block.length, 5, 3);
  head.writeUInt32BE(streamId, 8);
  return Buffer.concat([head, block]);
}

/** Pieces of data belong together again. */
function summary(frames: readonly SpdyFrame[]): string[] {
  const lines: string[] = [];
  for (const frame of frames) {
    if (frame.kind !== 'data') lines.push(frame.kind);
    else if (lines.at(-1)?.startsWith('data ') === true)
      lines.push(`${lines.pop()}${frame.data.toString()}${frame.last ? '.' : ''}`);
    else lines.push(`data ${frame.data.toString()}${frame.last ? '.' : ''}`);
  }
  return lines;
}

describe('frames of SPDY/3.1', () => {
  const bytes = Buffer.concat([
    open(1, Buffer.from('block')),
    ping,
    buildDataHead(1, 5, false),
    Buffer.from('hello'),
    reset,
    buildDataHead(1, 5, true),
    Buffer.from('world'),
    buildReply(1, Buffer.from('block')),
    buildDataHead(3, 0, true),
  ]);
  const wanted = ['open', 'ping', 'data hello', 'reset', 'data world.', 'headers', 'data .'];

  it('are the same however the bytes are cut', () => {
    expect(summary(createFrameReader()(bytes))).toEqual(wanted);
    for (let size = 1; size < 40; size += 1) {
      const read = createFrameReader();
      const frames: SpdyFrame[] = [];
      for (let start = 0; start < bytes.length; start += size)
        frames.push(...read(bytes.subarray(start, start + size)));
      expect(summary(frames)).toEqual(wanted);
    }
  });

  it.each([
    ['another version', '8002000600000004000000ff', 'version 2'],
    ['a control frame without end', '8003000100ffffff00000001', 'too large'],
    ['a stream without its numbers', '800300010000000400000001', 'too short'],
  ])('refuses %s', (_, hex, words) => {
    expect(() => createFrameReader()(Buffer.from(hex, 'hex'))).toThrow(words);
  });
});

describe('headers of SPDY/3.1', () => {
  const text = (value: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const compress = (block: Uint8Array): Buffer =>
    deflateSync(block, { dictionary: headerDictionary, finishFlush: constants.Z_SYNC_FLUSH });

  it('are read with names in lower case', async () => {
    const block = Buffer.concat([
      Buffer.from([0, 0, 0, 2]),
      text('streamType'),
      text('stdin'),
      text('port'),
      text('80'),
    ]);
    const codec = createHeaderCodec();
    expect([...(await codec.read(compress(block)))]).toEqual([
      ['streamtype', 'stdin'],
      ['port', '80'],
    ]);
    codec.close();
  });

  it.each([
    ['what is not compressed', Buffer.from('rubbish, rubbish'), 'SPDY headers'],
    ['a block that is cut short', compress(Buffer.from([0, 0, 0, 9, 0, 0, 0, 9])), 'cut short'],
    ['a bomb', compress(Buffer.alloc(1024 * 1024)), 'too large'],
  ])('refuses %s', async (_, block, words) => {
    const codec = createHeaderCodec();
    await expect(codec.read(block)).rejects.toThrow(words);
    codec.close();
  });
});
