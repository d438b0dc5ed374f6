import type { Duplex } from 'node:stream';
import { channels, type ChannelListener, type ChannelMessage, type ChannelSocket } from '@interlink/plugin-sdk';
import { TimeoutError, UnavailableError } from '@interlink/spec';
import { serveSpdy, type SpdyConnection } from '../spdy/serve-spdy.ts';

/** The streams that a client of exec and attach opens, by their header `streamType`, and the channels that they are on a WebSocket. */
const channelOf: Readonly<Record<string, number>> = {
  stdin: channels.stdin,
  stdout: channels.stdout,
  stderr: channels.stderr,
  error: channels.status,
  resize: channels.resize,
};

/** What the client will open. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly resize: boolean;
}

const creationSeconds = 30;
const longestEarlyBytes = 1024 * 1024;

/**
 * Waits until the client of an exec or attach has opened its streams on an upgraded socket.
 *
 * @returns what opens the channels on them, for one listener.
 * @throws TimeoutError when they do not come in 30 s, UnavailableError when the client leaves before. The socket is closed then.
 */
export async function openSpdyChannels(
  socket: Duplex,
  head: Buffer,
  wanted: WantedStreams,
): Promise<(listener: ChannelListener) => ChannelSocket> {
  const streams = new Map<number, number>();
  const early = createEarlyMessages();
  const count = 1 + Object.values(wanted).filter(Boolean).length;
  let connection: SpdyConnection | undefined;
  const allOpen = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TimeoutError('the client did not open its streams in time')),
      creationSeconds * 1000,
    );
    const channelOfStream = (streamId: number): number | undefined =>
      [...streams].find(([, id]) => id === streamId)?.[0];
    connection = serveSpdy(socket, head, {
      opened(streamId, headers) {
        const channel = channelOf[headers.get('streamtype') ?? ''];
        if (channel === undefined || streams.has(channel)) return false;
        streams.set(channel, streamId);
        if (streams.size === count) {
          clearTimeout(timer);
          resolve();
        }
        return true;
      },
      data(streamId, data) {
        const channel = channelOfStream(streamId);
        if (channel !== undefined) early.take({ channel, data });
      },
      ended(streamId) {
        if (channelOfStream(streamId) === channels.stdin) {
          early.take({ channel: channels.close, data: Uint8Array.of(channels.stdin) });
        }
      },
      closed() {
        clearTimeout(timer);
        reject(new UnavailableError('the client left before it had opened its streams'));
        early.closed();
      },
    });
  });
  try {
    await allOpen;
  } catch (error) {
    connection?.terminate();
    throw error;
  }
  return (listener) => {
    early.listen(listener);
    return channelsOn(connection as SpdyConnection, streams);
  };
}

interface EarlyMessages extends Pick<ChannelListener, 'closed'> {
  take(message: ChannelMessage): void;
  listen(listener: ChannelListener): void;
}

/** Keeps what comes before somebody listens: an input may be sent as soon as its stream is open. */
function createEarlyMessages(): EarlyMessages {
  const messages: ChannelMessage[] = [];
  let bytes = 0;
  let isClosed = false;
  let listener: ChannelListener | undefined;
  return {
    take(message) {
      if (listener !== undefined) {
        listener.message(message);
        return;
      }
      bytes += message.data.length;
      if (bytes > longestEarlyBytes)
        throw new UnavailableError('the client sends an input before its streams are open');
      messages.push(message);
    },
    closed() {
      isClosed = true;
      listener?.closed();
    },
    listen(next) {
      listener = next;
      for (const message of messages.splice(0)) next.message(message);
      if (isClosed) next.closed();
    },
  };
}

function channelsOn(connection: SpdyConnection, streams: ReadonlyMap<number, number>): ChannelSocket {
  const end = (channel: number): Promise<void> => {
    const streamId = streams.get(channel);
    return streamId === undefined ? Promise.resolve() : connection.end(streamId);
  };
  return {
    async send(channel, data) {
      const streamId = streams.get(channel);
      // What the client did not ask for it does not get.
      if (streamId !== undefined) await connection.send(streamId, data);
    },
    endChannel: end,
    pause: connection.pause,
    resume: connection.resume,
    close(withinMilliseconds) {
      // Those who read a stream wait for its end. Where the connection is gone nobody does.
      for (const channel of streams.keys()) end(channel).catch(() => undefined);
      connection.close(withinMilliseconds);
    },
    terminate: connection.terminate,
  };
}
