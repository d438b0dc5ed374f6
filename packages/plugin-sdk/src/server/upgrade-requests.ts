import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { headers, InvalidInputError } from '@interlink/spec';
import { streamProtocol } from '../streams/channels.ts';
import { orAborted } from '../waiting/or-aborted.ts';
import { acceptWebSocket, openUpgradeResponse, type Upgrade } from './accept-web-socket.ts';

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** True for what {@link routeUpgrade} should get. Other upgrades (`h2c`) may be ignored and are answered as if nobody had asked. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Sends a request for an upgrade through the app's routes as any other request, so that its checks and its error answers are the same. A
 * route that takes it calls {@link acceptSessionSocket}.
 */
export function routeUpgrade(app: FastifyInstance, request: IncomingMessage, upgrade: Upgrade): void {
  upgrades.set(request, upgrade);
  app.routing(request, openUpgradeResponse(request, upgrade));
}

/**
 * The WebSocket of a session, see {@link acceptWebSocket}.
 *
 * @throws InvalidInputError while the request can still be answered: it asked for no WebSocket, or for another subprotocol.
 */
export async function acceptSessionSocket(
  request: IncomingMessage,
  { signal, sessionId }: { readonly signal: AbortSignal; readonly sessionId: string },
): Promise<WebSocket> {
  const upgrade = upgrades.get(request);
  if (upgrade === undefined) {
    throw new InvalidInputError('this route needs a WebSocket: send "Upgrade: websocket"', { field: 'Upgrade' });
  }
  const headerLines = [`${headers.session}: ${sessionId}`];
  return await orAborted(acceptWebSocket(request, upgrade, { protocols: [streamProtocol], headerLines }), signal);
}
