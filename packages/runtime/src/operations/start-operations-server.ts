import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '../config/config-error.ts';
import { listenOn } from '../http/listen-on.ts';
import type { Logger } from '../log/logger.ts';
import { isLoopback, splitAddress } from './split-address.ts';

/** One path that an operations server answers: GET and HEAD only. */
export type OperationsRoute = (question: OperationsQuestion) => Promise<OperationsAnswer> | OperationsAnswer;

/** A request to an operations server. */
export interface OperationsQuestion {
  readonly method: 'GET' | 'HEAD';
  readonly query: URLSearchParams;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

/** What is answered. */
export interface OperationsAnswer {
  readonly status: number;
  /** A stream is read no faster than the client reads, and destroyed when it leaves. */
  readonly body: string | Readable;
  /** Default: plain text. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What {@link startOperationsServer} needs. */
export interface OperationsServerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  /** Name of the setting, for errors. */
  readonly key: string;
  /** True: an address that other machines reach is taken, with a warning. */
  readonly insecure: boolean;
  readonly routes: Readonly<Record<string, OperationsRoute>>;
  readonly logger: Logger;
}

/** A server for operations. Disposing closes it. */
export interface OperationsServer extends AsyncDisposable {
  /** `http://host:port`. */
  readonly url: string;
}

/**
 * A small server over plain HTTP without credentials, for whoever watches the process: probes, Prometheus, a profiler.
 *
 * @throws ConfigError for an address that other machines reach without `insecure`, ConflictError when it is taken.
 */
export async function startOperationsServer(options: OperationsServerOptions): Promise<OperationsServer> {
  const { logger, key, address } = options;
  const { host, port } = splitAddress(address, key);
  if (!isLoopback({ host, port })) {
    if (!options.insecure)
      throw new ConfigError(`${key}: other machines reach ${address} without a credential; allow it by Insecure: true`);
    logger.warn({ address }, `${key}: other machines reach this address without a credential`);
  }
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    answer(request, response, options.routes).catch((error: unknown) => {
      logger.error({ err: error }, 'operations request not answered');
      response.destroy();
    });
  });
  const taken = await listenOn(server, { host, port }, `${key}: the server for operations`);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: OperationsServerOptions['routes'],
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort(new DOMException('the client left', 'AbortError')));
  const found = await find(request, routes, gone.signal).catch((error: unknown) => {
    if (gone.signal.aborted) return undefined;
    throw error;
  });
  if (found === undefined) return;
  const { status, body, contentType = 'text/plain; charset=utf-8', headers = {} } = found;
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', ...headers });
  if (typeof body === 'string') response.end(request.method === 'HEAD' ? undefined : body);
  else await send(body, response, gone.signal);
}

async function send(body: Readable, response: ServerResponse, signal: AbortSignal): Promise<void> {
  await pipeline(body, response).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function find(
  { method = 'GET', url: target = '/' }: IncomingMessage,
  routes: OperationsServerOptions['routes'],
  signal: AbortSignal,
): Promise<OperationsAnswer> {
  const base = 'http://operations';
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  const path = url?.pathname ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (url === undefined || route === undefined) return { status: 404, body: 'no such path\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET and HEAD\n' };
  return await route({ method, query: url.searchParams, signal });
}
