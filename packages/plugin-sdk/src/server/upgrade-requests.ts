import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import { headers, InvalidInputError } from '@interlink/spec';
import { socketOptions } from '../streams/channel-socket.ts';
import { streamProtocol } from '../streams/channels.ts';
import { orAborted } from '../waiting/or-aborted.ts';

interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** True for what {@link routeUpgrade} should get. Other upgrades (`h2c`) may be ignored and are answered as if nobody had asked. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Sends a request for an upgrade through the app's routes as any other request, so that its checks and its error answers are the same. A
 * route that takes it calls {@link acceptWebSocket}.
 */
export function routeUpgrade(app: FastifyInstance, request: IncomingMessage, upgrade: Upgrade): void {
  const { socket } = upgrade;
  // Whoever reads or writes next sees the same error.
  socket.on('error', () => undefined);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  response.once('finish', () => socket.end());
  upgrades.set(request, upgrade);
  app.routing(request, response);
}

/**
 * The WebSocket of a request that asked for one, with the 101 sent; paused, so that nothing is missed before somebody listens.
 *
 * @throws InvalidInputError while the request can still be answered: it asked for no WebSocket, or for another subprotocol.
 */
export async function acceptWebSocket(
  request: IncomingMessage,
  { signal, sessionId }: { readonly signal: AbortSignal; readonly sessionId: string },
): Promise<WebSocket> {
  const upgrade = upgrades.get(request);
  if (upgrade === undefined) {
    throw new InvalidInputError('this route needs a WebSocket: send "Upgrade: websocket"', { field: 'Upgrade' });
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(streamProtocol)) {
    throw new InvalidInputError(`the WebSocket needs the subprotocol ${streamProtocol}`, {
      field: 'Sec-WebSocket-Protocol',
    });
  }
  // One for each request: it holds nothing but these answers to its events.
  const server = new WebSocketServer({
    ...socketOptions,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => streamProtocol,
  });
  server.on('headers', (lines) => lines.push(`${headers.session}: ${sessionId}`));
  const accepted = new Promise<WebSocket>((resolve, reject) => {
    server.on('wsClientError', ({ message }) => reject(new InvalidInputError(message, { field: 'Upgrade' })));
    server.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) => {
      socket.pause();
      resolve(socket);
    });
  });
  return await orAborted(accepted, signal);
}
