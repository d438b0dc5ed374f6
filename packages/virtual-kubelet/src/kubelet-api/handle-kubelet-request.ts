import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  InvalidInputError,
  isInterLinkError,
  NotFoundError,
  UnsupportedError,
  type InterLinkApi,
} from '@interlink/spec';
import type { Upgrade } from '@interlink/plugin-sdk';
import type { Logger, Metrics } from '@interlink/runtime';
import type { PodDirectory } from '../pods/pod-directory.ts';
import type { Authenticator } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import { serveContainerLogs } from './container-logs.ts';
import type { NodeStats } from './stats/node-stats.ts';
import { expositionType } from './stats/format-exposition.ts';
import { serveContainerMetrics, serveResourceMetrics, serveSummary } from './stats/serve-stats.ts';
import { serveStream, type StreamApi, type StreamKind } from './streams/serve-stream.ts';

/** What {@link handleKubeletRequest} needs. */
export interface KubeletRequestContext {
  readonly pods: PodDirectory;
  readonly api: Pick<InterLinkApi, 'logs'> & StreamApi;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly metrics: Metrics;
  readonly stats: NodeStats;
  /** The answer to `/configz`. */
  readonly configz: () => unknown;
  readonly logger: Logger;
  /** Ends the streams that are open. */
  readonly signal: AbortSignal;
}

/** A request as Node's server gives it. */
export interface KubeletExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** There for a client that asked to go on in another protocol. */
  readonly upgrade?: Upgrade;
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Answers one request to the kubelet API: who asks, may they, and then the route. Every error becomes a status with one sentence of text. */
export async function handleKubeletRequest(exchange: KubeletExchange, context: KubeletRequestContext): Promise<void> {
  const { request, response } = exchange;
  const stop = new AbortController();
  response.on('close', () => stop.abort(new DOMException('the client left', 'AbortError')));
  const { method = 'GET', url: target = '/' } = request;
  try {
    const url = parseTarget(target);
    const isOwnHealth = url.pathname === '/healthz' && loopback.has(request.socket.remoteAddress ?? '');
    if (!isOwnHealth) {
      const user = await context.authenticator.authenticate(request);
      await context.authorizer.authorize(user, method, url.pathname);
    }
    await route({ ...exchange, method, url, signal: stop.signal }, context);
  } catch (error) {
    const [path = ''] = target.split('?', 1);
    if (!stop.signal.aborted) answerError(error, { method, path, response }, context.logger);
  }
}

/** Anybody may send anything here, `//` too, which is no URL: nothing may throw before the caller is known. */
function parseTarget(target: string): URL {
  const base = 'https://kubelet';
  if (!URL.canParse(target, base)) throw new InvalidInputError('the request target is no path');
  return new URL(target, base);
}

interface Question extends KubeletExchange {
  readonly method: string;
  readonly url: URL;
  readonly signal: AbortSignal;
}

/** What a kubelet has and a virtual node cannot have. */
const notOffered: Readonly<Partial<Record<string, string>>> = {
  run: 'this node does not offer run',
  checkpoint: 'this node does not offer checkpoints: the backend has none',
  logs: 'this node has no log files: it is no machine',
};

/** How many names may follow in the path: with or without the pod's UID. */
const streamNames: Readonly<Record<StreamKind, readonly number[]>> = {
  exec: [3, 4],
  attach: [3, 4],
  portForward: [2, 3],
};

async function route(question: Question, context: KubeletRequestContext): Promise<void> {
  const { method, url, response, signal } = question;
  const parts = url.pathname.split('/').slice(1).map(decodePart);
  // A slash at the end changes nothing.
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  const [name = '', namespace = '', pod = '', container = ''] = parts;
  if (name === 'containerLogs' && parts.length === 4) {
    checkMethod(method, ['GET']);
    await serveContainerLogs({ namespace, pod, container, query: url.searchParams }, { ...context, signal }, response);
    return;
  }
  if (isStreamKind(name) && streamNames[name].includes(parts.length - 1)) {
    checkMethod(method, ['GET', 'POST']);
    await routeStream(name, { ...question, names: parts.slice(1) }, context);
    return;
  }
  const refusal = notOffered[name];
  if (refusal !== undefined) throw new UnsupportedError(refusal);
  await routeNode(parts.join('/'), question, context);
}

function isStreamKind(name: string): name is StreamKind {
  return Object.hasOwn(streamNames, name);
}

async function routeStream(
  kind: StreamKind,
  { request, upgrade, url, names, signal }: Question & { readonly names: readonly string[] },
  context: KubeletRequestContext,
): Promise<void> {
  const stream = { request, upgrade, query: url.searchParams, names };
  await serveStream(kind, stream, { ...context, signal: AbortSignal.any([signal, context.signal]) });
}

async function routeNode(path: string, question: Question, context: KubeletRequestContext): Promise<void> {
  const { method, response, signal } = question;
  switch (path) {
    case 'healthz':
      checkMethod(method, ['GET', 'HEAD']);
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok');
      return;
    case 'pods':
    case 'runningpods':
      checkMethod(method, ['GET']);
      answerPods(path === 'pods', response, context);
      return;
    case 'metrics':
      checkMethod(method, ['GET']);
      response
        .writeHead(200, { 'content-type': context.metrics.registry.contentType })
        .end(await context.metrics.registry.metrics());
      return;
    case 'metrics/resource':
      checkMethod(method, ['GET']);
      await serveResourceMetrics(response, { ...context, signal });
      return;
    case 'metrics/cadvisor':
      checkMethod(method, ['GET']);
      await serveContainerMetrics(response, { ...context, signal });
      return;
    case 'metrics/probes':
      checkMethod(method, ['GET']);
      response.writeHead(200, { 'content-type': expositionType }).end('# The backend runs the probes.\n');
      return;
    case 'configz':
      checkMethod(method, ['GET']);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(context.configz()));
      return;
    case 'stats/summary':
      // A kubelet answers both.
      checkMethod(method, ['GET', 'POST']);
      await serveSummary(response, { ...context, signal });
      return;
    default:
      throw new NotFoundError('no such path');
  }
}

function answerPods(all: boolean, response: ServerResponse, { pods }: KubeletRequestContext): void {
  const items = all ? pods.list() : pods.list().filter(({ status }) => status?.phase === 'Running');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }));
}

class MethodError extends Error {}

function checkMethod(method: string, allowed: readonly string[]): void {
  if (!allowed.includes(method))
    throw new MethodError(`${method} is not offered on this path, but ${allowed.join(' and ')}`);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new NotFoundError('no such path');
  }
}

function answerError(
  error: unknown,
  { method, path, response }: { method: string; path: string; response: ServerResponse },
  logger: Logger,
): void {
  const known = isInterLinkError(error);
  const status = known ? error.httpStatus : error instanceof MethodError ? 405 : 500;
  if (status >= 500 && status !== 501) logger.warn({ method, path, status, err: error }, 'kubelet request failed');
  else logger.debug({ method, path, status, message: (error as Error).message }, 'kubelet request refused');
  if (response.headersSent) return;
  // The message of an unexpected error may hold anything.
  const text = status === 500 ? 'internal error' : (error as Error).message;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  response.end(`${text}\n`);
}
