import type { WebSocket } from 'ws';
import { UnavailableError, type ExitStatus, type StreamSession } from '@interlink/spec';
import { orAborted } from '../waiting/or-aborted.ts';
import { openChannelSocket, type ChannelSocket } from './channel-socket.ts';
import { channels, type ChannelMessage } from './channels.ts';
import { createFlowQueue } from './flow-queue.ts';
import { parseStreamStatus } from './stream-status.ts';
import { formatTerminalSize } from './terminal-size.ts';

/** How a session is run from the calling end. */
export interface CallerContext {
  /** For messages. */
  readonly peer: string;
  readonly operation: string;
  /** Ends the session at once. */
  readonly signal?: AbortSignal | undefined;
}

const longestStatusBytes = 64 * 1024;
const closeMilliseconds = 2000;

/**
 * Copies between an open WebSocket and the caller's streams until the peer has said how it ended. The socket is closed in any case.
 *
 * @throws InterLinkError for a session that failed or was cut; the reason of the signal; what one of the caller's streams threw.
 */
export async function runSession(
  webSocket: WebSocket,
  streams: StreamSession,
  { peer, operation, signal }: CallerContext,
): Promise<ExitStatus> {
  const output = createFlowQueue<ChannelMessage>({
    sizeOf: ({ data }) => data.length,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  });
  const socket = openChannelSocket(webSocket, { message: output.push.bind(output), closed: output.end.bind(output) });
  const stop = new AbortController();
  const inputs = sendInputs(socket, streams, stop.signal);
  try {
    const reading = readOutput(output, streams);
    const status = await orAborted(Promise.race([reading, inputs.then(() => reading)]), signal);
    if (status !== '') return parseStreamStatus(status, peer);
    throw new UnavailableError(`${operation}: ${peer} was lost before the end of the session`, {
      details: { peer, ambiguous: true },
    });
  } finally {
    stop.abort(new UnavailableError('the session has ended'));
    void output.return();
    if (signal?.aborted === true) socket.terminate();
    else socket.close(closeMilliseconds);
  }
}

/** Gives everything to the caller in its order; the text of the status channel once the peer has closed or said it all. */
async function readOutput(output: AsyncIterable<ChannelMessage>, streams: StreamSession): Promise<string> {
  let status = '';
  for await (const { channel, data } of output) {
    if (channel === channels.stdout && data.length > 0) await streams.stdout(data);
    else if (channel === channels.stderr && data.length > 0) await streams.stderr(data);
    else if (channel === channels.status && status.length < longestStatusBytes) status += Buffer.from(data).toString();
  }
  return status;
}

/** Resolves when nothing more is to be sent; rejects when a source of the caller's fails. */
async function sendInputs(socket: ChannelSocket, streams: StreamSession, signal: AbortSignal): Promise<void> {
  const { stdin, resize } = streams;
  const send = (channel: number, data: Uint8Array): Promise<void> =>
    // Where the socket is closed the reading end says why.
    socket.send(channel, data).catch(() => undefined);
  const sendStdin = async (): Promise<void> => {
    if (stdin === undefined) return;
    await copy(stdin, (chunk) => send(channels.stdin, chunk), signal);
    if (!signal.aborted) await socket.endChannel(channels.stdin).catch(() => undefined);
  };
  const sendSizes = async (): Promise<void> => {
    if (resize !== undefined) await copy(resize, (size) => send(channels.resize, formatTerminalSize(size)), signal);
  };
  await Promise.all([sendStdin(), sendSizes()]);
}

/** Until the source has ended or the signal aborts; then the source is told that nobody reads any more, and not waited for. */
async function copy<T>(source: AsyncIterable<T>, take: (item: T) => Promise<void>, signal: AbortSignal): Promise<void> {
  const items = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const result = await orAborted(items.next(), signal);
      if (result.done === true) return;
      await orAborted(take(result.value), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    items.return?.(undefined).catch(() => undefined);
  }
}
