import type { Duplex } from 'node:stream';
import { createFlowQueue, type FlowQueue } from '@interlink/plugin-sdk';
import type { Logger } from '@interlink/runtime';
import { isInterLinkError, UnavailableError, type StreamSession } from '@interlink/spec';
import type { SpdyHeaders } from '../spdy/header-codec.ts';
import { serveSpdy, type SpdyConnection } from '../spdy/serve-spdy.ts';

/** What is done with each connection to a port. */
export interface PortForwardContext {
  /** One connection: resolves when the far end has closed it. */
  connect(port: number, streams: StreamSession): Promise<void>;
  /** Ends the whole session. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** The two streams of one connection. */
interface Pair {
  readonly port: number;
  data?: number;
  error?: number;
  readonly input: FlowQueue<Uint8Array>;
  timer?: NodeJS.Timeout;
}

const creationSeconds = 30;
const closeMilliseconds = 1000;
const longestPort = 65_535;

/**
 * Serves `portforward.k8s.io` on an upgraded socket, or on one inside of a WebSocket: a pair of streams, `data` and `error`, for each connection, as
 * many as the client wants. Resolves when the client has left. Never rejects.
 */
export async function servePortForward(socket: Duplex, head: Buffer, context: PortForwardContext): Promise<void> {
  const { signal } = context;
  const pairs = new Map<string, Pair>();
  const inputs = new Map<number, FlowQueue<Uint8Array>>();
  const ended = Promise.withResolvers<undefined>();
  const connection: SpdyConnection = serveSpdy(socket, head, {
    opened(streamId, headers) {
      const port = Number(headers.get('port'));
      const kind = headers.get('streamtype');
      if (!Number.isInteger(port) || port < 1 || port > longestPort) return false;
      if (kind !== 'data' && kind !== 'error') return false;
      const id = requestOf(streamId, kind, headers);
      const pair = pairs.get(id) ?? { port, input: openInput(() => connection) };
      if (pair[kind] !== undefined) return false;
      pairs.set(id, pair);
      pair[kind] = streamId;
      if (kind === 'data') inputs.set(streamId, pair.input);
      void runWhenComplete(pair, { connection, context }).then(() => {
        if (pair.data === undefined || pair.error === undefined) return;
        pairs.delete(id);
        inputs.delete(pair.data);
      });
      return true;
    },
    data: (streamId, data) => inputs.get(streamId)?.push(data),
    ended: (streamId) => inputs.get(streamId)?.end(),
    closed() {
      for (const { input, timer } of pairs.values()) {
        clearTimeout(timer);
        input.fail(new UnavailableError('the client is gone'));
      }
      ended.resolve(undefined);
    },
  });
  const stop = (): void => connection.close(closeMilliseconds);
  signal.addEventListener('abort', stop, { once: true });
  await ended.promise;
  signal.removeEventListener('abort', stop);
}

/** Clients before Kubernetes 1.3 name no request; they open the error stream first, and then the data stream with the next odd number. */
function requestOf(streamId: number, kind: 'data' | 'error', headers: SpdyHeaders): string {
  return headers.get('requestid') ?? `stream-${kind === 'error' ? streamId : streamId - 2}`;
}

function openInput(connection: () => SpdyConnection): FlowQueue<Uint8Array> {
  return createFlowQueue<Uint8Array>({
    sizeOf: ({ length }) => length,
    pause: () => connection().pause(),
    resume: () => connection().resume(),
  });
}

interface Running {
  readonly connection: SpdyConnection;
  readonly context: PortForwardContext;
}

/** Runs the connection once both streams are there. Never rejects. */
async function runWhenComplete(pair: Pair, { connection, context }: Running): Promise<void> {
  const { data, error: errors, port, input } = pair;
  if (data === undefined || errors === undefined) {
    pair.timer = setTimeout(() => {
      const known = data ?? errors;
      if (known !== undefined) connection.end(known).catch(() => undefined);
    }, creationSeconds * 1000);
    return;
  }
  clearTimeout(pair.timer);
  const give = (chunk: Uint8Array): Promise<void> => connection.send(data, chunk);
  try {
    await context.connect(port, { stdin: input, stdout: give, stderr: give });
  } catch (error) {
    context.logger.debug({ port, err: error }, 'port-forward connection failed');
    const words = isInterLinkError(error) ? error.message : 'internal error';
    // Nobody is there to hear it when the client is gone.
    await connection.send(errors, Buffer.from(words)).catch(() => undefined);
  } finally {
    await input.return();
    for (const streamId of [data, errors]) await connection.end(streamId).catch(() => undefined);
  }
}
