import { WebSocket } from 'ws';
import { channels, type ChannelMessage } from './channels.ts';

/** What comes from the other end. */
export interface ChannelListener {
  /** In the order of the other end. */
  message(message: ChannelMessage): void;
  /** Once; nothing comes after it. */
  closed(): void;
}

/** A WebSocket whose messages belong to channels. */
export interface ChannelSocket {
  /** Sends bytes in messages of a bearable size; resolves when the system took them. Rejects once the socket is closed. */
  send(channel: number, data: Uint8Array): Promise<void>;
  /** Says that nothing more will come on a channel. */
  endChannel(channel: number): Promise<void>;
  /** Stops reading; the other end will notice when its buffers are full. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Closes in order; cuts the connection when the other end does not answer in time. */
  close(withinMilliseconds: number): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** Small enough that a size or an end is not stuck behind it for long. */
const messageBytes = 64 * 1024;
const tickMilliseconds = 2500;
/** In ticks. Proxies on the way cut a silent connection after a minute or so. */
const pingEvery = 6;
const deadAfter = 24;

/** Options of a WebSocket on either end. */
export const socketOptions = {
  perMessageDeflate: false,
  // Peers send up to 32 KiB, kubectl's proxy up to 4 MiB.
  maxPayload: 8 * 1024 * 1024,
} as const;

/** Takes an open WebSocket over: its messages, its errors, its liveness. */
export function openChannelSocket(socket: WebSocket, listener: ChannelListener): ChannelSocket {
  socket.on('message', (data: Buffer, isBinary) => {
    const [channel] = data;
    // Kubernetes' own servers send an empty message first.
    if (channel === undefined) return;
    if (isBinary) listener.message({ channel, data: data.subarray(1) });
    else socket.close(1003, 'messages must be binary');
  });
  socket.on('close', () => listener.closed());
  // The close that follows says enough.
  socket.on('error', () => undefined);
  keepAlive(socket);
  // It was paused as soon as it was open, so that nothing came before these listeners.
  socket.resume();

  const sendOne = (message: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(message, (error) => (error ? reject(error) : resolve()));
    });

  return {
    async send(channel, data) {
      for (let start = 0; start < data.length; start += messageBytes) {
        await sendOne(Buffer.concat([Uint8Array.of(channel), data.subarray(start, start + messageBytes)]));
      }
    },
    endChannel: (channel) => sendOne(Uint8Array.of(channels.close, channel)),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close(withinMilliseconds) {
      socket.close(1000);
      const timer = setTimeout(() => socket.terminate(), withinMilliseconds);
      socket.once('close', () => clearTimeout(timer));
    },
    terminate: () => socket.terminate(),
  };
}

/**
 * Pings, and cuts a connection whose other end is silent. While it is paused nothing can be heard, not even that the other
 * end is gone; then only a ping that cannot be sent says so.
 */
function keepAlive(socket: WebSocket): void {
  let silentTicks = 0;
  const hear = (): void => {
    silentTicks = 0;
  };
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    silentTicks = socket.isPaused ? 0 : silentTicks + 1;
    if (silentTicks >= deadAfter) socket.terminate();
    else if (silentTicks % pingEvery === 0) socket.ping();
  }, tickMilliseconds);
  timer.unref();
  socket.on('pong', hear);
  socket.on('message', hear);
  socket.on('close', () => clearInterval(timer));
}
