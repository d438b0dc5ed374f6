import { Pool, type Dispatcher } from 'undici';
import { guardDispatcher, traceHeaders } from '@interlink/runtime';
import { headers as headerNames, isInterLinkError } from '@interlink/spec';
import { createConnector } from './connector.ts';
import type { Deadline } from './deadline.ts';
import { errorFromAnswer } from './error-from-answer.ts';
import { parsePeerUrl, type PeerUrl } from './parse-peer-url.ts';
import type { PeerRequest } from './peer-request.ts';
import { readText } from './read-body.ts';
import { withToken, type TokenOptions } from './read-token.ts';
import type { RemoteOptions } from './remote-options.ts';
import { translateTransportError, type FailedExchange } from './translate-transport-error.ts';

/** One try of a call. */
export interface Attempt {
  readonly request: PeerRequest;
  readonly deadline: Deadline;
  readonly session: string;
}

/** The connections to one peer. */
export interface Transport extends AsyncDisposable {
  readonly url: PeerUrl;
  /** Sends once. Gives any 2xx answer; rejects with an error of the set, or with the reason of the deadline's signal. */
  ask(attempt: Attempt): Promise<Dispatcher.ResponseData>;
  /** The error of the set for what went wrong while an answer was read. */
  translate(error: unknown, attempt: Attempt): unknown;
}

/** A burst of creates must not open a connection each; pings and streams are never queued behind them. */
const changingConnections = 64;
const maximumErrorBytes = 64 * 1024;

type RequestHeaders = Record<string, string>;

function buildHeaders({ request, session }: Attempt, token: string | undefined): RequestHeaders {
  return {
    ...traceHeaders(),
    [headerNames.session]: session,
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** The peer's words without the token, should it have repeated it. */
function redact(text: string, token: string | undefined): string {
  return token === undefined ? text : text.replaceAll(token, '[redacted]');
}

function buildRequest(url: PeerUrl, attempt: Attempt, headers: RequestHeaders): Dispatcher.RequestOptions {
  const { method, path, body = null } = attempt.request;
  // Without the reset option undici closes the connection after every GET with a body.
  const keep = method === 'GET' ? { reset: false } : {};
  return { path: `${url.prefix}${path}`, method, headers, body, signal: attempt.deadline.signal, ...keep };
}

/** What is known of an exchange when it fails. */
export function exchangeOf({ operation, changes = false }: PeerRequest, url: PeerUrl): FailedExchange {
  return { operation, changes, peer: url.text };
}

/** Connections to a peer, made when they are needed and kept. */
export function createTransport(
  options: Pick<RemoteOptions, 'url' | 'tls' | 'logger' | 'beforeChange' | keyof TokenOptions>,
): Transport {
  const url = parsePeerUrl(options.url);
  // Deadlines are ours, per call: undici's would cut long streams.
  const shared = {
    connect: createConnector(url, options.tls, options.logger),
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const freely = new Pool(url.origin, shared);
  const bounded = new Pool(url.origin, { ...shared, connections: changingConnections });
  const { beforeChange } = options;
  const changing = beforeChange === undefined ? bounded : guardDispatcher(bounded, beforeChange);

  function translate(error: unknown, { request, deadline }: Attempt): unknown {
    if (deadline.signal.aborted) return deadline.signal.reason;
    return isInterLinkError(error) ? error : translateTransportError(error, exchangeOf(request, url));
  }

  async function send(attempt: Attempt, token: string | undefined): Promise<Dispatcher.ResponseData> {
    const { request } = attempt;
    const pool = request.changes === true ? changing : freely;
    try {
      const response = await pool.request(buildRequest(url, attempt, buildHeaders(attempt, token)));
      if (response.statusCode >= 200 && response.statusCode < 300) return response;
      const words = redact(await readText(response.body, maximumErrorBytes), token);
      const text = request.redact?.(words) ?? words;
      throw errorFromAnswer({ status: response.statusCode, text, operation: request.operation, peer: url.text });
    } catch (error) {
      throw translate(error, attempt);
    }
  }

  const ask = (attempt: Attempt): Promise<Dispatcher.ResponseData> =>
    withToken(options, (token) => send(attempt, token));

  const dispose = async (): Promise<void> => {
    await Promise.all([freely.destroy(), bounded.destroy()]);
  };
  return { url, ask, translate, [Symbol.asyncDispose]: dispose };
}
