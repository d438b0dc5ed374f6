import type { Duplex } from 'node:stream';
import { createHeaderCodec, type HeaderCodec, type SpdyHeaders } from './header-codec.ts';
import {
  buildDataHead,
  buildGoAway,
  buildReply,
  buildReset,
  createFrameReader,
  type SpdyFrame,
} from './spdy-frames.ts';

/** What the other end of a {@link SpdyConnection} does, in its order. */
export interface SpdyListener {
  /** It opened a stream. False refuses it. */
  opened(streamId: number, headers: SpdyHeaders): boolean;
  data(streamId: number, data: Uint8Array): void;
  /** It has nothing more to send on the stream. */
  ended(streamId: number): void;
  /** Once, last: the connection is gone. The error says why, where it was not closed in order. */
  closed(error?: unknown): void;
}

/** The server's end of a connection. The other end opens all streams; all share one flow control, that of TCP, as in Kubernetes' own. */
export interface SpdyConnection {
  /** Resolves when the system took the bytes. Rejects once the connection is gone. */
  send(streamId: number, data: Uint8Array): Promise<void>;
  /** Nothing more will be sent on the stream. */
  end(streamId: number): Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Says goodbye and waits for the other end to go; cuts the connection when that takes too long. */
  close(withinMilliseconds: number): void;
  readonly terminate: () => void;
}

/** Small enough that another stream is not stuck behind it for long. */
const frameBytes = 64 * 1024;

/** Serves SPDY/3.1 on a socket that has been upgraded. `head` is what came behind the request. */
export function serveSpdy(socket: Duplex, head: Buffer, listener: SpdyListener): SpdyConnection {
  const codec = createHeaderCodec();
  const gate = createGate();
  let lastStreamId = 0;

  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  const answer = (frame: Buffer): void => {
    // Where the connection is gone, the reading end says so.
    write(frame).catch(() => undefined);
  };
  const open = async ({ streamId, headerBlock, last }: SpdyFrame & { kind: 'open' }): Promise<void> => {
    const headers = await codec.read(headerBlock);
    const block = await codec.writeNone();
    lastStreamId = Math.max(lastStreamId, streamId);
    // The reply goes first: the listener may send at once.
    answer(buildReply(streamId, block));
    if (!listener.opened(streamId, headers)) answer(buildReset(streamId));
    else if (last) listener.ended(streamId);
  };
  const take = async (frame: SpdyFrame): Promise<void> => {
    if (frame.kind === 'data') {
      if (frame.data.length > 0) listener.data(frame.streamId, frame.data);
      if (frame.last) listener.ended(frame.streamId);
    } else if (frame.kind === 'open') await open(frame);
    else if (frame.kind === 'headers') await codec.read(frame.headerBlock);
    else if (frame.kind === 'reset') listener.ended(frame.streamId);
    else if (frame.kind === 'ping') answer(frame.frame);
  };
  // A reader that pauses must still notice the end.
  socket.once('close', gate.open);
  void readFrames({ socket, head, gate, take, listener, codec });

  return {
    async send(streamId, data) {
      for (let start = 0; start < data.length; start += frameBytes) {
        const part = data.subarray(start, start + frameBytes);
        await write(Buffer.concat([buildDataHead(streamId, part.length, false), part]));
      }
    },
    end: (streamId) => write(buildDataHead(streamId, 0, true)),
    pause: gate.shut,
    resume: gate.open,
    close(withinMilliseconds) {
      answer(buildGoAway(lastStreamId));
      gate.open();
      const timer = setTimeout(() => socket.destroy(), withinMilliseconds);
      socket.once('close', () => clearTimeout(timer));
      socket.end();
    },
    terminate: () => void socket.destroy(),
  };
}

interface Reading {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly gate: Gate;
  readonly take: (frame: SpdyFrame) => Promise<void>;
  readonly listener: SpdyListener;
  readonly codec: HeaderCodec;
}

/** Until the connection ends or what comes is no SPDY. Never rejects. */
async function readFrames({ socket, head, gate, take, listener, codec }: Reading): Promise<void> {
  const read = createFrameReader();
  const takeAll = async (chunk: Buffer): Promise<void> => {
    for (const frame of read(chunk)) {
      await gate.passed();
      await take(frame);
    }
  };
  let failure: unknown;
  try {
    await takeAll(head);
    for await (const chunk of socket) await takeAll(chunk as Buffer);
  } catch (error) {
    failure = error;
  }
  socket.destroy();
  codec.close();
  listener.closed(failure);
}

interface Gate {
  readonly shut: () => void;
  readonly open: () => void;
  readonly passed: () => Promise<void>;
}

/** Open at first. */
function createGate(): Gate {
  let waiting = Promise.resolve();
  let release = (): void => undefined;
  return {
    shut: () => {
      release();
      waiting = new Promise((resolve) => (release = resolve));
    },
    open: () => release(),
    passed: () => waiting,
  };
}
