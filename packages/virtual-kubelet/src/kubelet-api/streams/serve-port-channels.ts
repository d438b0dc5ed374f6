import { createFlowQueue, type ChannelSocket, type FlowQueue, type openChannelSocket } from '@interlink/plugin-sdk';
import { InvalidInputError, isInterLinkError, UnavailableError } from '@interlink/spec';
import type { PortForwardContext } from './serve-port-forward.ts';

/** The subprotocol of port-forward that clients speak who know no SPDY, as `@kubernetes/client-node` and the Python client. */
export const portChannelsProtocol = 'v4.channel.k8s.io';

/** How openChannelSocket and the like take a WebSocket over. */
type OpenChannels = (listener: Parameters<typeof openChannelSocket>[1]) => ChannelSocket;

const closeMilliseconds = 1000;
const longestPort = 65_535;
/** Each port has a channel for its data and one for what went wrong. */
const channelsOfAPort = 2;

/**
 * The ports that a client of {@link portChannelsProtocol} asks for, once for each connection. The API server joins them with commas.
 *
 * @throws InvalidInputError for none, and for what is no port.
 */
export function parsePorts(query: URLSearchParams): readonly number[] {
  const words = query.getAll('port').flatMap((text) => text.split(','));
  const ports = words.map(Number);
  const bad = words.find((word, index) => !/^\d+$/.test(word) || !isPort(ports[index]));
  if (bad === undefined && ports.length > 0) return ports;
  const message = bad === undefined ? 'query parameter "port" is required' : `${JSON.stringify(bad)} is no port`;
  throw new InvalidInputError(message, { field: 'port' });
}

function isPort(port = 0): boolean {
  return port >= 1 && port <= longestPort;
}

/**
 * Serves port-forward in the channels of a WebSocket: one connection to each port, whose first two bytes in both directions' channels are the port, the lower byte
 * first. The end of an input cannot be told, so a connection lasts until its far end closes it or the client leaves. Resolves then. Never rejects.
 */
export async function servePortChannels(
  open: OpenChannels,
  ports: readonly number[],
  context: PortForwardContext,
): Promise<void> {
  const closed = Promise.withResolvers<undefined>();
  const inputs: readonly FlowQueue<Uint8Array>[] = ports.map(() =>
    createFlowQueue<Uint8Array>({
      sizeOf: ({ length }) => length,
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    }),
  );
  const socket = open({
    message({ channel, data }) {
      if (channel % channelsOfAPort === 0) inputs[channel / channelsOfAPort]?.push(data);
    },
    closed() {
      for (const input of inputs) input.fail(new UnavailableError('the client is gone'));
      closed.resolve(undefined);
    },
  });
  const stop = (): void => socket.close(closeMilliseconds);
  context.signal.addEventListener('abort', stop, { once: true });
  await Promise.all(inputs.map((input, index) => forward({ socket, input, index, port: ports[index] ?? 0 }, context)));
  socket.close(closeMilliseconds);
  await closed.promise;
  context.signal.removeEventListener('abort', stop);
}

interface Connection {
  readonly socket: ChannelSocket;
  readonly input: FlowQueue<Uint8Array>;
  readonly index: number;
  readonly port: number;
}

/** Never rejects. */
async function forward({ socket, input, index, port }: Connection, context: PortForwardContext): Promise<void> {
  const data = index * channelsOfAPort;
  const errors = data + 1;
  const give = (chunk: Uint8Array): Promise<void> => socket.send(data, chunk);
  try {
    for (const channel of [data, errors]) await socket.send(channel, Uint8Array.of(port % 256, Math.floor(port / 256)));
    await context.connect(port, { stdin: input, stdout: give, stderr: give });
  } catch (error) {
    context.logger.debug({ port, err: error }, 'port-forward connection failed');
    const words = isInterLinkError(error) ? error.message : 'internal error';
    // Nobody is there to hear it when the client is gone.
    await socket.send(errors, Buffer.from(`error forwarding port ${port}: ${words}`)).catch(() => undefined);
  } finally {
    await input.return();
  }
}
