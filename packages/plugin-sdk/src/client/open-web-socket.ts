import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { headers as headerNames, isInterLinkError, type CallOptions, type InterLinkError } from '@interlink/spec';
import { sessionId } from '../server/session-id.ts';
import { socketOptions } from '../streams/channel-socket.ts';
import { streamProtocol } from '../streams/channels.ts';
import { orAborted } from '../waiting/or-aborted.ts';
import { createConnector } from './connector.ts';
import { startDeadline } from './deadline.ts';
import { errorFromAnswer } from './error-from-answer.ts';
import { parsePeerUrl } from './parse-peer-url.ts';
import { readText } from './read-body.ts';
import { withToken, type TokenOptions } from './read-token.ts';
import type { RemoteOptions } from './remote-options.ts';
import { answerTimeout, translateTransportError } from './translate-transport-error.ts';

/** A WebSocket to open. */
export interface OpenRequest {
  /** Names the call in errors. */
  readonly operation: string;
  readonly path: string;
  readonly query: string;
  /** Until it is open. */
  readonly timeoutMilliseconds: number;
  readonly options?: CallOptions | undefined;
}

/** Opens WebSockets to a peer. Disposing it cuts those that are open. */
export interface WebSocketOpener extends AsyncDisposable {
  /** A WebSocket of its own connection; paused, so that nothing is missed before somebody listens. Closing it is up to the caller. */
  open(request: OpenRequest): Promise<WebSocket>;
}

const maximumErrorBytes = 64 * 1024;

/** A {@link WebSocketOpener}. */
export function createWebSocketOpener(
  options: Pick<RemoteOptions, 'url' | 'tls' | 'logger' | keyof TokenOptions>,
): WebSocketOpener {
  const url = parsePeerUrl(options.url);
  const { hostname, port, protocol } = new URL(url.origin);
  const connect = createConnector(url, options.tls, options.logger);
  const origin = url.origin.replace(/^http/, 'ws');
  const sockets = new Set<WebSocket>();

  function start({ path, query }: OpenRequest, headers: Record<string, string>): WebSocket {
    const createConnection = (_: unknown, done: (error: Error | null, socket?: unknown) => void): void =>
      connect({ hostname, host: hostname, protocol, port }, (error, socket) => done(error, socket ?? undefined));
    return new WebSocket(`${origin}${url.prefix}${path}?${query}`, streamProtocol, {
      ...socketOptions,
      headers,
      createConnection: createConnection as never,
    });
  }

  const open = (request: OpenRequest): Promise<WebSocket> => withToken(options, (token) => openWith(request, token));

  async function openWith(request: OpenRequest, token: string | undefined): Promise<WebSocket> {
    const { operation, timeoutMilliseconds } = request;
    const exchange = { operation, changes: true, peer: url.text };
    using deadline = startDeadline(
      timeoutMilliseconds,
      () => answerTimeout(timeoutMilliseconds, exchange),
      request.options?.signal,
    );
    deadline.signal.throwIfAborted();
    const socket = start(request, {
      [headerNames.session]: sessionId(request.options?.sessionId),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    try {
      return await opened(socket, deadline.signal, async (answer) => {
        const words = await readText(answer, maximumErrorBytes);
        const text = token === undefined ? words : words.replaceAll(token, '[redacted]');
        return errorFromAnswer({ status: answer.statusCode ?? 0, text, operation, peer: url.text });
      });
    } catch (error) {
      socket.on('error', () => undefined);
      socket.terminate();
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw isInterLinkError(error) ? error : translateTransportError(error, exchange);
    }
  }

  const dispose = (): Promise<void> => {
    for (const socket of sockets) socket.terminate();
    return Promise.resolve();
  };
  return { open, [Symbol.asyncDispose]: dispose };
}

function opened(
  socket: WebSocket,
  signal: AbortSignal,
  refusal: (answer: IncomingMessage) => Promise<InterLinkError>,
): Promise<WebSocket> {
  const open = new Promise<WebSocket>((resolve, reject) => {
    socket.once('open', () => {
      socket.pause();
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('unexpected-response', (_, answer) => void refusal(answer).then(reject, reject));
  });
  return orAborted(open, signal);
}
