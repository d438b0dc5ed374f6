import { guardDispatcher, systemClock, type Clock, type Logger } from '@interlink/runtime';
import { BackendError, isInterLinkError } from '@interlink/spec';
import { request as send, type Dispatcher } from 'undici';
import { createConnectionKeeper, type Connection, type ConnectionKeeper } from './create-connection.ts';
import { findCredentials } from './find-credentials.ts';
import type { CredentialsSource } from './kube-credentials.ts';
import type { ConnectedKubeClient, KubeRequest, KubeStreamRequest, QueryParameters } from './kube-client.ts';
import { mapKubeStatus, mapTransportError } from './map-kube-error.ts';
import { createPrecedence } from './precedence.ts';

/** What {@link createKubeClient} needs. */
export interface KubeClientOptions {
  /** Kubeconfig file. Default: `KUBECONFIG`, else the pod's service account, else `~/.kube/config`. */
  readonly kubeconfigFile?: string | undefined;
  /** Credentials from elsewhere than a kubeconfig; wins. */
  readonly credentials?: CredentialsSource | undefined;
  readonly logger: Logger;
  /** Default `interlink`. */
  readonly userAgent?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the environment of the process. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

const defaultTimeoutSeconds = 30;
const maximumThrottleWaits = 5;
const maximumThrottleSeconds = 30;

type Answer = Dispatcher.ResponseData;
interface Call extends Omit<KubeRequest, 'signal' | 'contentType'> {
  readonly contentType: string;
  readonly signal: AbortSignal | undefined;
  readonly bodyTimeoutMilliseconds: number;
  /** True: on a connection of its own. */
  readonly isStream?: boolean;
}

/**
 * A client for the API server that the credentials name. The caller disposes of it, which ends running requests.
 *
 * @throws ConfigError or InvalidInputError when no usable credentials are found; the API server is not asked.
 */
export async function createKubeClient(options: KubeClientOptions): Promise<ConnectedKubeClient> {
  const { logger, clock = systemClock, environment = process.env, kubeconfigFile } = options;
  const source = options.credentials ?? (await findCredentials({ kubeconfigFile, environment }));
  const connections = await createConnectionKeeper({ source, clock, logger });
  const { credentials } = await connections.current();
  const exchange = createExchange(connections, { clock, userAgent: options.userAgent ?? 'interlink' });
  return {
    server: credentials.server,
    request: (request) => requestJson(exchange, request),
    stream: (request) => openStream(exchange, request),
    clientCertificate: () => connections.credentials().tls.cert,
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

type Exchange = (call: Call) => Promise<Answer>;

/** Calls in the background give way to the others. */
function createExchange(connections: ConnectionKeeper, options: { clock: Clock; userAgent: string }): Exchange {
  const precedence = createPrecedence(options.clock);
  const exchange = exchangeOnce(connections, options);
  return async (call) => {
    if (call.isStream === true) return await exchange(call);
    if (call.isBackground === true) {
      await precedence.quiet(call.signal);
      return await exchange(call);
    }
    const leave = precedence.enter();
    try {
      return await exchange(call);
    } finally {
      leave();
    }
  };
}

/** One call with what is retried inside the client; the answer has a 2xx status. */
function exchangeOnce(connections: ConnectionKeeper, options: { clock: Clock; userAgent: string }): Exchange {
  return async (call) => {
    let refused = false;
    let broken = false;
    for (let throttled = 0; ;) {
      try {
        const answer = await sendOnce(await connections.current({ force: refused }), call, options.userAgent);
        if (answer.statusCode < 300) return answer;
        const error = mapKubeStatus(answer.statusCode, await answer.body.text(), describe(call));
        if (answer.statusCode === 401 && !refused) refused = true;
        else if (answer.statusCode === 429 && throttled < maximumThrottleWaits) {
          throttled += 1;
          await options.clock.sleep(
            retryAfterMilliseconds(answer),
            call.signal === undefined ? {} : { signal: call.signal },
          );
        } else throw error;
      } catch (error) {
        const mapped = mapTransportError(error, describe(call), call.signal);
        // A pooled connection may have been closed by the server at this very moment. Nothing is lost by asking again.
        if (call.method !== 'GET' || broken || !isBrokenConnection(mapped)) throw mapped;
        broken = true;
      }
    }
  };
}

async function sendOnce(connection: Connection, call: Call, userAgent: string): Promise<Answer> {
  const { credentials } = connection;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return await send(`${credentials.server}${call.path}${encodeQuery(call.query)}`, {
    dispatcher: dispatcherOf(connection, call),
    method: call.method,
    headers: {
      ...(credentials.headers as Record<string, string>),
      accept: call.accept ?? 'application/json',
      'user-agent': userAgent,
      ...(body === undefined ? {} : { 'content-type': call.contentType }),
    },
    ...(body === undefined ? {} : { body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    headersTimeout: (call.timeoutSeconds ?? defaultTimeoutSeconds) * 1000,
    bodyTimeout: call.bodyTimeoutMilliseconds,
  });
}

function dispatcherOf(connection: Connection, { beforeSend, ...call }: Call): Dispatcher {
  const chosen = choosePool(connection, call);
  return beforeSend === undefined ? chosen : guardDispatcher(chosen, beforeSend);
}

function choosePool(
  { dispatcher, background, streams }: Connection,
  { isStream = false, isBackground = false }: Pick<Call, 'isStream' | 'isBackground'>,
): Dispatcher {
  if (isStream) return streams;
  return isBackground ? background : dispatcher;
}

async function requestJson<T>(exchange: Exchange, request: KubeRequest): Promise<T> {
  const { signal, timeoutSeconds = defaultTimeoutSeconds, method } = request;
  const contentType = request.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
  const answer = await exchange({
    ...request,
    contentType,
    signal,
    timeoutSeconds,
    bodyTimeoutMilliseconds: timeoutSeconds * 1000,
  });
  const text = await answer.body.text().catch((error: unknown) => {
    throw mapTransportError(error, describe(request), signal);
  });
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T;
  } catch (error) {
    throw new BackendError(`${describe(request)}: the answer is no JSON`, { cause: error });
  }
}

async function openStream(exchange: Exchange, request: KubeStreamRequest): Promise<AsyncIterable<Uint8Array>> {
  const { idleTimeoutSeconds = 0 } = request;
  const call: Call = {
    ...request,
    method: 'GET',
    isStream: true,
    contentType: 'application/json',
    bodyTimeoutMilliseconds: idleTimeoutSeconds * 1000,
  };
  const answer = await exchange(call);
  return readBody(answer, call);
}

async function* readBody(answer: Answer, call: Call): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.body) yield chunk as Uint8Array;
  } catch (error) {
    throw mapTransportError(error, describe(call), call.signal);
  }
}

function encodeQuery(query: QueryParameters = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, String(value));
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

function retryAfterMilliseconds(answer: Answer): number {
  const seconds = Number(answer.headers['retry-after'] ?? 1);
  return Math.min(Number.isFinite(seconds) && seconds > 0 ? seconds : 1, maximumThrottleSeconds) * 1000;
}

function isBrokenConnection(error: unknown): boolean {
  return (
    isInterLinkError(error) && (error.details['code'] === 'UND_ERR_SOCKET' || error.details['code'] === 'ECONNRESET')
  );
}

function describe(call: { readonly method?: string; readonly path: string }): string {
  return `${call.method ?? 'GET'} ${call.path}`;
}
