import { Pool, type Dispatcher } from 'undici';
import {
  headers as headerNames,
  isInterLinkError,
  UnauthenticatedError,
  UnavailableError,
  type CallOptions,
} from '@interlink/spec';
import { retry, systemClock } from '@interlink/runtime';
import { sessionId } from '../server/session-id.ts';
import { createConnector } from './connector.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import { errorFromAnswer } from './error-from-answer.ts';
import { parsePeerUrl } from './parse-peer-url.ts';
import { readText, streamBody } from './read-body.ts';
import type { RemoteOptions } from './remote-options.ts';
import { answerTimeout, translateTransportError, type FailedExchange } from './translate-transport-error.ts';

/** One call to a peer. */
export interface PeerRequest {
  /** Names the call in errors. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Until the whole answer is there; for a stream, until its headers are. */
  readonly timeoutMilliseconds: number;
  /** True for create and delete: once sent it is not sent again, and shares a bounded set of connections. */
  readonly changes?: boolean;
  readonly options?: CallOptions | undefined;
}

/** One peer with its connections. */
export interface Peer extends AsyncDisposable {
  /** For messages. */
  readonly url: string;
  /** The text of a successful answer, any 2xx; errors of the set for everything else. */
  call(request: PeerRequest): Promise<string>;
  /** The bytes of a successful answer as they come. Its reader reads to the end, breaks off, or aborts the signal. */
  stream(request: PeerRequest): Promise<AsyncIterableIterator<Uint8Array>>;
}

/** A burst of creates must not open a connection each; pings and streams are never queued behind them. */
const changingConnections = 64;
const attempts = 3;
const backoff = { initialMilliseconds: 50, maximumMilliseconds: 500 };
const maximumErrorBytes = 64 * 1024;
const visibleAscii = /^[\x21-\x7e]+$/;

async function readToken(source: RemoteOptions['token']): Promise<string | undefined> {
  if (source === undefined) return undefined;
  const token = await source().catch((error: unknown) => {
    if (isInterLinkError(error)) throw error;
    throw new UnavailableError('the bearer token could not be read', { cause: error });
  });
  const trimmed = token?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (!visibleAscii.test(trimmed))
    throw new UnauthenticatedError('the bearer token has characters that a header cannot carry');
  return trimmed;
}

/** What is needed to ask once. */
interface Attempt {
  readonly request: PeerRequest;
  readonly deadline: Deadline;
  /** The same for every try. */
  readonly session: string;
}

/** The peer's words without the token, should it have repeated it. */
function redact(text: string, token: string | undefined): string {
  return token === undefined ? text : text.replaceAll(token, '[redacted]');
}

function mayRepeat(error: unknown, request: PeerRequest): boolean {
  if (!isInterLinkError(error) || error.code !== 'ILK_UNAVAILABLE') return false;
  const answered = 'status' in error.details;
  return error.details['notSent'] === true || (request.changes !== true && !answered);
}

/** A client for one peer: pooled connections, a deadline for each call, errors of the set. Connects with the first call. */
export function createPeer(options: RemoteOptions): Peer {
  const url = parsePeerUrl(options.url);
  const connect = createConnector(url, options.tls);
  // Deadlines are ours, per call.
  const shared = { connect, allowH2: false, headersTimeout: 0, bodyTimeout: 0 };
  const freely = new Pool(url.origin, shared);
  const bounded = new Pool(url.origin, { ...shared, connections: changingConnections });

  const exchangeOf = ({ operation, changes = false }: PeerRequest): FailedExchange => ({
    operation,
    changes,
    peer: url.text,
  });

  async function ask({ request, deadline, session }: Attempt): Promise<Dispatcher.ResponseData> {
    const token = await readToken(options.token);
    const headers = {
      [headerNames.session]: session,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const pool = request.changes === true ? bounded : freely;
    try {
      const response = await pool.request({
        path: `${url.prefix}${request.path}`,
        method: request.method,
        headers,
        body: request.body ?? null,
        signal: deadline.signal,
        // Without this undici closes the connection after a GET with a body.
        ...(request.method === 'GET' ? { reset: false } : {}),
      });
      if (response.statusCode >= 200 && response.statusCode < 300) return response;
      const text = redact(await readText(response.body, maximumErrorBytes), token);
      throw errorFromAnswer({ status: response.statusCode, text, operation: request.operation, peer: url.text });
    } catch (error) {
      throw translate(error, request, deadline);
    }
  }

  function translate(error: unknown, request: PeerRequest, deadline: Deadline): unknown {
    if (deadline.signal.aborted) return deadline.signal.reason;
    return isInterLinkError(error) ? error : translateTransportError(error, exchangeOf(request));
  }

  function askAgain(request: PeerRequest, deadline: Deadline): Promise<Dispatcher.ResponseData> {
    const session = sessionId(request.options?.sessionId);
    return retry(() => ask({ request, deadline, session }), {
      attempts,
      backoff,
      signal: deadline.signal,
      clock: options.clock ?? systemClock,
      isRetryable: (error) => mayRepeat(error, request),
      onRetry: (error) => options.logger.debug({ session, operation: request.operation, err: error }, 'call repeated'),
    });
  }

  const deadlineOf = (request: PeerRequest): Deadline => {
    const expired = () => answerTimeout(request.timeoutMilliseconds, exchangeOf(request));
    return startDeadline(request.timeoutMilliseconds, expired, request.options?.signal);
  };

  async function call(request: PeerRequest): Promise<string> {
    using deadline = deadlineOf(request);
    const response = await askAgain(request, deadline);
    try {
      return await readText(response.body);
    } catch (error) {
      throw translate(error, request, deadline);
    }
  }

  async function stream(request: PeerRequest): Promise<AsyncIterableIterator<Uint8Array>> {
    const deadline = deadlineOf(request);
    try {
      const { body } = await askAgain(request, deadline);
      deadline.clear();
      return streamBody(body, {
        translate: (error) => translate(error, request, deadline),
        end: () => deadline[Symbol.dispose](),
      });
    } catch (error) {
      deadline[Symbol.dispose]();
      throw error;
    }
  }

  async function dispose(): Promise<void> {
    await Promise.all([freely.destroy(), bounded.destroy()]);
  }

  return { url: url.text, call, stream, [Symbol.asyncDispose]: dispose };
}
