import { METHODS } from 'node:http';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { headers, NotFoundError, type Caller } from '@interlink/spec';
import { createMetrics, inRemoteTrace, inSpan, type Logger, type Metrics } from '@interlink/runtime';
import { serverSpanName } from '../tracing/span-names.ts';
import { anyOf, readBearer, type Credentials } from './authentication/authenticator.ts';
import { clientCertificateOf } from './authentication/client-certificate.ts';
import { createTokenAuthenticator, unnamed } from './authentication/token-authenticator.ts';
import { countRequest } from './count-request.ts';
import { createOpenRequests, type OpenRequests } from './open-requests.ts';
import { healthPath, operationsRoutes } from './operations-routes.ts';
import { parseBody } from './parse-body.ts';
import { contextOf, identify, type RequestContext } from './request-context.ts';
import { sendAnswer, sendError } from './send-answer.ts';
import type { WireAppOptions } from './server-options.ts';
import { markWireApp } from './wire-app-facts.ts';
import type { WireRequest, WireRoute } from './wire-route.ts';

const defaultBodyLimitBytes = 64 * 1024 * 1024;
const servedMethods = METHODS.filter((method) => method !== 'CONNECT');

function createApp(options: WireAppOptions): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? defaultBodyLimitBytes,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true },
    // A URL that cannot be decoded never reaches the error handler.
    frameworkErrors: (error, request, reply) => {
      sendError(error, reply, contextOf(request, options.logger));
    },
  });
}

/** Bodies are read as bytes whatever their content type says, absent and malformed ones too: the Go components do not look at it. */
function acceptAnyBody(app: FastifyInstance): void {
  for (const method of servedMethods) app.addHttpMethod(method, { hasBody: true, overrideExisting: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/octet-stream';
    done();
  });
}

type Establish = (credentials: Credentials) => Promise<Caller>;

/** Undefined where no credential is asked for. */
function establishing({ tokens, authenticators = [] }: WireAppOptions): Establish | undefined {
  const all = [...(tokens === undefined ? [] : [createTokenAuthenticator(unnamed(tokens))]), ...authenticators];
  return all.length === 0 ? undefined : anyOf(all);
}

function credentialsOf({ headers: { authorization }, raw }: FastifyRequest): Credentials {
  return { bearer: readBearer(authorization), certificate: clientCertificateOf(raw.socket) };
}

interface Reception {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly establish: Establish | undefined;
}

/** Session header, counting and the credential, before a body is read. */
function receive(app: FastifyInstance, { logger, metrics, establish }: Reception): void {
  const count = countRequest(metrics);
  app.addHook('onRequest', async (request, reply) => {
    const context = contextOf(request, logger);
    void reply.header(headers.session, context.sessionId);
    count(request, reply, () => contextOf(request, logger).logger);
    if (establish === undefined || request.routeOptions.url === healthPath) return;
    identify(request, await establish(credentialsOf(request)), logger);
  });
}

function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => sendError(error, reply, contextOf(request, logger)));
  app.setNotFoundHandler(() => {
    throw new NotFoundError('there is no such route here');
  });
}

function wireRequest(request: FastifyRequest, context: RequestContext, signal: AbortSignal): WireRequest {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return {
    ...context,
    signal,
    headers: request.headers,
    query: queryOf(request.raw.url),
    text: () => body.toString('utf8'),
    json: () => parseBody(body),
  };
}

function queryOf(url = ''): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}

/** Runs what a route does as a part of the caller's trace. */
type TraceRoute = <T>(route: WireRoute, request: FastifyRequest, work: () => Promise<T>) => Promise<T>;

interface Shared {
  readonly logger: Logger;
  readonly requests: OpenRequests;
  readonly trace: TraceRoute;
}

const untraced: TraceRoute = (_route, _request, work) => work();

function traceAs(hop: WireAppOptions['spans']): TraceRoute {
  return (route, request, work) =>
    inRemoteTrace(request.headers, () => inSpan(serverSpanName(route.path, hop), { kind: 'server' }, work));
}

function addRoute(app: FastifyInstance, route: WireRoute, own: Shared): void {
  app.route({
    method: servedMethods,
    url: route.path,
    handler: async (request, reply) => {
      const context = contextOf(request, own.logger);
      const signal = own.requests.open(reply.raw, route.durable === true);
      const answer = await own.trace(route, request, () => route.handle(wireRequest(request, context, signal)));
      return sendAnswer(answer, { request, reply, context, signal, requests: own.requests });
    },
  });
}

/**
 * An HTTP server for the routes of a hop, not yet listening: see `listen`.
 *
 * @remarks
 * Liberal in: any method on a known path, a JSON body with any method and any or no content type. Exact out: success is always 200,
 * the only one the Go components take. Every answer carries the session header, every refusal an `ErrorBody`. Adds `/healthz`, `/readyz`,
 * `/openapi.json` and `/metrics`. Closing lets requests end, ends streams, and leaves whatever the routes use alone.
 */
export function buildWireApp(routes: readonly WireRoute[], options: WireAppOptions): FastifyInstance {
  const { logger } = options;
  const metrics = options.metrics ?? createMetrics();
  const requests = createOpenRequests();
  const establish = establishing(options);
  const app = createApp(options);
  acceptAnyBody(app);
  receive(app, { logger, metrics, establish });
  answerErrors(app, logger);
  for (const route of routes) addRoute(app, route, { logger, requests, trace: traceAs(options.spans) });
  for (const route of operationsRoutes(options, metrics)) addRoute(app, route, { logger, requests, trace: untraced });
  app.addHook('preClose', (done) => {
    requests.endEndless();
    done();
  });
  markWireApp(app, { asksForCredential: establish !== undefined, endRequests: () => requests.endAll() });
  return app;
}
