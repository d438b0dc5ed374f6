import { UnavailableError, type ExitStatus, type StreamSession, type TerminalSize } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import { buildErrorAnswer, logError } from '../server/error-answer.ts';
import { orAborted } from '../waiting/or-aborted.ts';
import type { ChannelListener, ChannelSocket } from './channel-socket.ts';
import { channels, type ChannelMessage } from './channels.ts';
import { createFlowQueue, type FlowQueue } from './flow-queue.ts';
import { createLatestValue, type LatestValue } from './latest-value.ts';
import { buildErrorStatus, buildExitStatus } from './stream-status.ts';
import { parseTerminalSize } from './terminal-size.ts';

/** What is done with the streams of a session. */
export interface ServedSession {
  /** Whether channel 0 is read. */
  readonly stdin: boolean;
  /** Whether there is a terminal whose size may change. */
  readonly resize: boolean;
  /** Resolves with how it ended; undefined where there is no exit code. */
  run(streams: StreamSession): Promise<ExitStatus | undefined>;
}

/** Who a session belongs to. */
export interface SessionContext {
  /** Ends the session. */
  readonly signal: AbortSignal;
  readonly sessionId: string;
  readonly logger: Logger;
}

interface Inputs {
  readonly stdin: FlowQueue<Uint8Array>;
  readonly resize: LatestValue<TerminalSize>;
}

/** A slow client reads what is on its way to it; a server that ends does not wait for that. */
const closeMilliseconds = { inOrder: 30_000, early: 1000 };

/** Serves one session: streams in and out, then the Status, then the close. `connect` opens its channels. Never rejects. */
export async function serveSession(
  connect: (listener: ChannelListener) => ChannelSocket,
  session: ServedSession,
  { signal, sessionId, logger }: SessionContext,
): Promise<void> {
  const stdin = createFlowQueue<Uint8Array>({
    sizeOf: ({ length }) => length,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  });
  const inputs = { stdin, resize: createLatestValue<TerminalSize>() };
  const lost = (): void => stdin.fail(signal.aborted ? signal.reason : new UnavailableError('the client is gone'));
  const socket = connect({ message: (message) => takeInput(message, inputs), closed: lost });
  signal.addEventListener('abort', lost, { once: true });
  try {
    const outcome = await orAborted(session.run(streamsOf(socket, session, inputs)), signal);
    await orAborted(sendStatus(socket, buildExitStatus(outcome ?? { exitCode: 0 })), signal);
    logger.debug({ exitCode: outcome?.exitCode }, 'session ended');
  } catch (error) {
    if (signal.aborted) logger.debug({}, 'session ended early');
    else logError(error, buildErrorAnswer(error, sessionId), logger);
    void sendStatus(socket, buildErrorStatus(error, sessionId));
  } finally {
    signal.removeEventListener('abort', lost);
    inputs.resize.end();
    // Reads on, so that the other end's close is heard.
    await stdin.return();
    socket.close(signal.aborted ? closeMilliseconds.early : closeMilliseconds.inOrder);
  }
}

function takeInput({ channel, data }: ChannelMessage, { stdin, resize }: Inputs): void {
  if (channel === channels.stdin && data.length > 0) stdin.push(data);
  else if (channel === channels.close && data[0] === channels.stdin) stdin.end();
  else if (channel === channels.resize) {
    const size = parseTerminalSize(data);
    if (size !== undefined) resize.set(size);
  }
}

function streamsOf(socket: ChannelSocket, session: ServedSession, inputs: Inputs): StreamSession {
  return {
    ...(session.stdin ? { stdin: inputs.stdin } : {}),
    ...(session.resize ? { resize: inputs.resize } : {}),
    stdout: (chunk) => socket.send(channels.stdout, chunk),
    stderr: (chunk) => socket.send(channels.stderr, chunk),
  };
}

/** Nobody is there to hear it when the client is gone. */
async function sendStatus(socket: ChannelSocket, status: object): Promise<void> {
  await socket.send(channels.status, Buffer.from(JSON.stringify(status))).catch(() => undefined);
}
