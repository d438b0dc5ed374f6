import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openChannelSocket } from '@interlink/plugin-sdk';
import { silentLogger } from '@interlink/runtime';
import { NotFoundError, type StreamSession } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { parsePorts, servePortChannels } from './serve-port-channels.ts';

let server: Server;
let served: Promise<void>;
let stop: AbortController;
/** What is done with each connection. */
let connect: (port: number, streams: StreamSession) => Promise<void>;

beforeEach(async () => {
  stop = new AbortController();
  server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const ports = parsePorts(new URL(request.url ?? '', 'http://kubelet').searchParams);
    const context = { connect: (port: number, streams: StreamSession) => connect(port, streams), signal: stop.signal };
    served = servePortChannels((listener) => openChannelSocket(socket, listener), ports, {
      ...context,
      logger: silentLogger,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Client {
  readonly socket: WebSocket;
  /** What came so far, by channel. */
  readonly channels: Map<number, Buffer>;
  readonly closed: Promise<void>;
}

async function open(query: string): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/?${query}`);
  const channels = new Map<number, Buffer>();
  socket.on('message', (data: Buffer) => {
    const channel = data[0] ?? 0;
    channels.set(channel, Buffer.concat([channels.get(channel) ?? Buffer.alloc(0), data.subarray(1)]));
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve) => socket.once('open', resolve));
  return { socket, channels, closed };
}

const send = (socket: WebSocket, channel: number, text: string): void =>
  socket.send(Buffer.concat([Uint8Array.of(channel), Buffer.from(text)]));

async function* echo(streams: StreamSession): AsyncGenerator<void> {
  for await (const chunk of streams.stdin ?? []) {
    await streams.stdout(Buffer.from(String(Buffer.from(chunk)).toUpperCase()));
    yield;
  }
}

describe('ports in the channels of a WebSocket', () => {
  it('begin with the port, the lower byte first, and carry their own data', async () => {
    connect = async (_port, streams) => {
      for await (const _ of echo(streams));
    };
    const { socket, channels } = await open('port=8080,443');
    send(socket, 0, 'first');
    send(socket, 2, 'second');
    await expect.poll(() => channels.get(0)?.toString('latin1')).toBe('\x90\x1fFIRST');
    await expect.poll(() => channels.get(2)?.toString('latin1')).toBe('\xbb\x01SECOND');
    expect([channels.get(1), channels.get(3)]).toEqual([Buffer.from([0x90, 0x1f]), Buffer.from([0xbb, 0x01])]);
  });

  it('close when every far end has closed', async () => {
    connect = async (_port, { stdout }) => stdout(Buffer.from('bye'));
    const { channels, closed } = await open('port=80&port=81');
    await closed;
    expect(channels.get(2)?.toString('latin1')).toBe('Q\x00bye');
    await served;
  });

  it('say in the other channel what went wrong', async () => {
    connect = () => Promise.reject(new NotFoundError('nothing listens'));
    const { channels, closed } = await open('port=80');
    await closed;
    expect(channels.get(1)?.subarray(2).toString()).toBe('error forwarding port 80: nothing listens');
  });

  it('end the connection when the client leaves, and when the server stops', async () => {
    const ended: number[] = [];
    connect = async (port, streams) => {
      try {
        for await (const _ of echo(streams));
      } finally {
        ended.push(port);
      }
    };
    const first = await open('port=80');
    first.socket.close();
    await served;
    const second = await open('port=81');
    stop.abort();
    await second.closed;
    await served;
    expect(ended).toEqual([80, 81]);
  });
});

it.each(['', 'port=', 'port=0', 'port=65536', 'port=80,x', 'port=-1', 'port=1e3'])(
  'the query %j names no ports',
  (query) => {
    expect(() => parsePorts(new URLSearchParams(query))).toThrow(
      expect.objectContaining({ code: 'ILK_INVALID_INPUT' }),
    );
  },
);
