import { InvalidInputError } from '@interlink/spec';

/** What arrives on a SPDY/3.1 connection, as far as a server of streams needs it. */
export type SpdyFrame =
  /** Part of a data frame: large frames come in pieces. `last` ends the sender's half of the stream. */
  | { readonly kind: 'data'; readonly streamId: number; readonly data: Buffer; readonly last: boolean }
  | { readonly kind: 'open'; readonly streamId: number; readonly headerBlock: Buffer; readonly last: boolean }
  | { readonly kind: 'reset'; readonly streamId: number }
  | { readonly kind: 'ping'; readonly frame: Buffer }
  | { readonly kind: 'headers'; readonly headerBlock: Buffer }
  /** GOAWAY, SETTINGS, WINDOW_UPDATE and what nobody knows: nothing follows from them here. */
  | { readonly kind: 'other' };

const headBytes = 8;
const version = 0x8003;
const types = { synStream: 1, synReply: 2, reset: 3, ping: 6, goAway: 7, headers: 8 } as const;
const flagLast = 1;
const idMask = 0x7f_ff_ff_ff;
const versionMask = 0x7f_ff;
const longestControlBytes = 64 * 1024;
const protocolError = 1;

interface Head {
  readonly control: boolean;
  readonly type: number;
  readonly streamId: number;
  readonly last: boolean;
  readonly length: number;
}

function parseHead(bytes: Buffer): Head {
  const first = bytes.readUInt16BE(0);
  const control = (first & 0x80_00) !== 0;
  if (control && first !== version)
    throw new InvalidInputError(`SPDY: version ${first & versionMask} is not spoken here`);
  const head: Head = {
    control,
    type: control ? bytes.readUInt16BE(2) : 0,
    streamId: control ? 0 : bytes.readUInt32BE(0),
    last: ((bytes[4] ?? 0) & flagLast) !== 0,
    length: bytes.readUIntBE(5, 3),
  };
  if (control && head.length > longestControlBytes) throw new InvalidInputError('SPDY: a control frame is too large');
  return head;
}

function parseControl({ type, last }: Head, head: Buffer, body: Buffer): SpdyFrame {
  const needs = (bytes: number): void => {
    if (body.length < bytes) throw new InvalidInputError('SPDY: a control frame is too short');
  };
  switch (type) {
    case types.synStream:
      needs(10);
      return { kind: 'open', streamId: body.readUInt32BE(0) & idMask, headerBlock: body.subarray(10), last };
    case types.synReply:
    case types.headers:
      needs(4);
      return { kind: 'headers', headerBlock: body.subarray(4) };
    case types.reset:
      needs(4);
      return { kind: 'reset', streamId: body.readUInt32BE(0) & idMask };
    case types.ping:
      return { kind: 'ping', frame: Buffer.concat([head, body]) };
    default:
      return { kind: 'other' };
  }
}

/**
 * Cuts bytes, as they come, into frames.
 *
 * @throws InvalidInputError for what is no SPDY/3.1.
 */
export function createFrameReader(): (chunk: Buffer) => SpdyFrame[] {
  let rest: Buffer = Buffer.alloc(0);
  /** A data frame of which something is still to come. */
  let open: { readonly head: Head; left: number } | undefined;

  function take(bytes: number): Buffer {
    const taken = rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
    return taken;
  }

  function readData(pending: { readonly head: Head; left: number }): SpdyFrame {
    const data = take(pending.left);
    pending.left -= data.length;
    if (pending.left === 0) open = undefined;
    return { kind: 'data', streamId: pending.head.streamId, data, last: pending.left === 0 && pending.head.last };
  }

  function next(): SpdyFrame | undefined {
    if (open !== undefined) return rest.length === 0 ? undefined : readData(open);
    if (rest.length < headBytes) return undefined;
    const head = parseHead(rest);
    if (!head.control) {
      take(headBytes);
      open = { head, left: head.length };
      return head.length === 0 || rest.length > 0 ? readData(open) : undefined;
    }
    if (rest.length < headBytes + head.length) return undefined;
    return parseControl(head, take(headBytes), take(head.length));
  }

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: SpdyFrame[] = [];
    for (let frame = next(); frame !== undefined; frame = next()) frames.push(frame);
    return frames;
  };
}

/** The head of a data frame; `length` bytes follow. */
export function buildDataHead(streamId: number, length: number, last: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(streamId, 0);
  head[4] = last ? flagLast : 0;
  head.writeUIntBE(length, 5, 3);
  return head;
}

function buildControl(type: number, fields: readonly number[], block: Uint8Array = Buffer.alloc(0)): Buffer {
  const frame = Buffer.alloc(headBytes + fields.length * 4);
  frame.writeUInt16BE(version, 0);
  frame.writeUInt16BE(type, 2);
  frame.writeUIntBE(fields.length * 4 + block.length, 5, 3);
  for (const [index, field] of fields.entries()) frame.writeUInt32BE(field, headBytes + index * 4);
  return Buffer.concat([frame, block]);
}

/** The acceptance of a stream. */
export function buildReply(streamId: number, headerBlock: Uint8Array): Buffer {
  return buildControl(types.synReply, [streamId], headerBlock);
}

/** The refusal of a stream. */
export function buildReset(streamId: number): Buffer {
  return buildControl(types.reset, [streamId, protocolError]);
}

/** Says that no more streams are taken. */
export function buildGoAway(lastStreamId: number): Buffer {
  return buildControl(types.goAway, [lastStreamId, 0]);
}
