import type { Dispatcher } from 'undici';
import { isInterLinkError } from '@interlink/spec';
import { inSpan, retry, systemClock } from '@interlink/runtime';
import { clientSpanName } from '../tracing/span-names.ts';
import { sessionId } from '../server/session-id.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import type { PeerRequest } from './peer-request.ts';
import { readText, streamBody } from './read-body.ts';
import type { RemoteOptions } from './remote-options.ts';
import { answerTimeout } from './translate-transport-error.ts';
import { createTransport, exchangeOf, type Attempt } from './transport.ts';

/** One peer: its connections, deadlines and retries. */
export interface Peer extends AsyncDisposable {
  /** For messages. */
  readonly url: string;
  /** The text of a successful answer, any 2xx; errors of the set for everything else. */
  call(request: PeerRequest): Promise<string>;
  /** The bytes of a successful answer as they come. Its reader reads to the end, breaks off, or aborts the signal. */
  stream(request: PeerRequest): Promise<AsyncIterableIterator<Uint8Array>>;
}

const attempts = 3;
const backoff = { initialMilliseconds: 50, maximumMilliseconds: 500 };

/** What broke before a byte was sent may be sent again; what only asks may be asked again unless the peer has answered. */
function mayRepeat(error: unknown, request: PeerRequest): boolean {
  if (!isInterLinkError(error) || error.code !== 'ILK_UNAVAILABLE') return false;
  const answered = 'status' in error.details;
  return error.details['notSent'] === true || (request.changes !== true && !answered);
}

/** A client for one peer. Connects with the first call; dispose it to close its connections. */
export function createPeer(options: RemoteOptions): Peer {
  const transport = createTransport(options);
  const { url } = transport;

  function start(request: PeerRequest): Attempt {
    const expired = () => answerTimeout(request.timeoutMilliseconds, exchangeOf(request, url));
    const deadline: Deadline = startDeadline(request.timeoutMilliseconds, expired, request.options?.signal);
    return { request, deadline, session: sessionId(request.options?.sessionId) };
  }

  function ask(attempt: Attempt): Promise<Dispatcher.ResponseData> {
    const { request, session } = attempt;
    return retry(() => transport.ask(attempt), {
      attempts,
      backoff,
      signal: attempt.deadline.signal,
      clock: options.clock ?? systemClock,
      isRetryable: (error) => mayRepeat(error, request),
      onRetry: (error) => options.logger.debug({ session, operation: request.operation, err: error }, 'call repeated'),
    });
  }

  async function call(request: PeerRequest): Promise<string> {
    const attempt = start(request);
    try {
      const { body } = await ask(attempt);
      return await readText(body);
    } catch (error) {
      throw transport.translate(error, attempt);
    } finally {
      attempt.deadline[Symbol.dispose]();
    }
  }

  async function stream(request: PeerRequest): Promise<AsyncIterableIterator<Uint8Array>> {
    const attempt = start(request);
    const end = () => attempt.deadline[Symbol.dispose]();
    try {
      const { body } = await ask(attempt);
      attempt.deadline.clear();
      return streamBody(body, { translate: (error) => transport.translate(error, attempt), end });
    } catch (error) {
      end();
      throw error;
    }
  }

  const traced = <T>({ operation }: PeerRequest, work: () => Promise<T>): Promise<T> =>
    inSpan(clientSpanName(operation), { kind: 'client', attributes: { 'server.address': url.text } }, work);

  return {
    url: url.text,
    call: (request) => traced(request, () => call(request)),
    stream: (request) => traced(request, () => stream(request)),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
