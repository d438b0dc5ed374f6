import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { InvalidInputError } from '@interlink/spec';
import { socketOptions } from '../streams/channel-socket.ts';

/** What Node's server hands out with a request for an upgrade. */
export interface Upgrade {
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
}

/** The response to a request for an upgrade that has not been accepted: as any other, and the connection ends after it. */
export function openUpgradeResponse(request: IncomingMessage, { socket }: Upgrade): ServerResponse {
  // Whoever reads or writes next sees the same error.
  socket.on('error', () => undefined);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  response.once('finish', () => socket.end());
  return response;
}

/** How {@link acceptWebSocket} answers. */
export interface WebSocketAcceptance {
  /** Subprotocols, the best first: the first that the client offers is taken. */
  readonly protocols: readonly string[];
  /** More lines for the answer, `Name: value` each. */
  readonly headerLines?: readonly string[];
}

/**
 * The WebSocket of a request that asked for one, with the 101 sent; paused, so that nothing is missed before somebody listens.
 *
 * @throws InvalidInputError while the request can still be answered: it asked for no WebSocket, or for another subprotocol.
 */
export async function acceptWebSocket(
  request: IncomingMessage,
  upgrade: Upgrade,
  { protocols, headerLines = [] }: WebSocketAcceptance,
): Promise<WebSocket> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = protocols.find((name) => offered.includes(name));
  if (protocol === undefined) {
    throw new InvalidInputError(`the WebSocket needs the subprotocol ${protocols.join(' or ')}`, {
      field: 'Sec-WebSocket-Protocol',
    });
  }
  // One for each request: it holds nothing but these answers to its events.
  const server = new WebSocketServer({
    ...socketOptions,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => protocol,
  });
  server.on('headers', (lines) => lines.push(...headerLines));
  return await new Promise<WebSocket>((resolve, reject) => {
    server.on('wsClientError', ({ message }) => reject(new InvalidInputError(message, { field: 'Upgrade' })));
    server.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) => {
      socket.pause();
      resolve(socket);
    });
  });
}
