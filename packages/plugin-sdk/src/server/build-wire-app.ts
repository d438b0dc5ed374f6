import { METHODS } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { headers, NotFoundError } from '@interlink/spec';
import { createMetrics, type Logger } from '@interlink/runtime';
import { checkBearer } from './bearer-check.ts';
import { buildErrorAnswer, logError } from './error-answer.ts';
import { countRequest } from './count-request.ts';
import { createOpenRequests, type OpenRequests } from './open-requests.ts';
import { healthPath, operationsRoutes } from './operations-routes.ts';
import { parseBody } from './parse-body.ts';
import type { WireAppOptions } from './server-options.ts';
import { sessionId } from './session-id.ts';
import { streamAnswer } from './stream-answer.ts';
import { markWireApp } from './wire-app-facts.ts';
import type { StreamAnswer, WireAnswer, WireRequest, WireRoute } from './wire-route.ts';

const defaultBodyLimitBytes = 64 * 1024 * 1024;
const servedMethods = METHODS.filter((method) => method !== 'CONNECT');

/** What belongs to one request on its way through the hooks. */
interface Context {
  readonly sessionId: string;
  readonly logger: Logger;
}

const contexts = new WeakMap<FastifyRequest, Context>();

function contextOf(request: FastifyRequest, logger: Logger): Context {
  const known = contexts.get(request);
  if (known !== undefined) return known;
  const session = sessionId(request.raw.headers[headers.session]);
  const context = {
    sessionId: session,
    logger: logger.child({ session, method: request.method, path: request.raw.url }),
  };
  contexts.set(request, context);
  return context;
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

function wireRequest(request: FastifyRequest, context: Context, signal: AbortSignal): WireRequest {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return {
    ...context,
    signal,
    headers: request.headers,
    text: () => body.toString('utf8'),
    json: () => parseBody(body),
  };
}

async function sendStream(
  answer: StreamAnswer,
  reply: FastifyReply,
  to: { signal: AbortSignal; requests: OpenRequests; context: Context },
) {
  if (answer.endless === true) to.requests.markEndless(to.signal);
  const open = () => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': answer.contentType, [headers.session]: to.context.sessionId });
    reply.raw.flushHeaders();
    return reply.raw;
  };
  try {
    await streamAnswer(answer, { open, signal: to.signal });
  } catch (error) {
    if (!reply.sent) throw error;
    if (to.signal.aborted) to.context.logger.debug({}, 'stream ended early');
    else logError(error, buildErrorAnswer(error, to.context.sessionId), to.context.logger);
  }
  return reply;
}

function send(answer: Exclude<WireAnswer, StreamAnswer>, reply: FastifyReply): FastifyReply {
  if (answer.kind === 'json') return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
  return reply.type(answer.contentType ?? 'text/plain; charset=utf-8').send(answer.body);
}

function addRoute(app: FastifyInstance, route: WireRoute, own: { logger: Logger; requests: OpenRequests }): void {
  app.route({
    method: servedMethods,
    url: route.path,
    handler: async (request, reply) => {
      const context = contextOf(request, own.logger);
      const signal = own.requests.open(reply.raw, route.durable === true);
      const answer = await route.handle(wireRequest(request, context, signal));
      if (answer.kind === 'stream') return sendStream(answer, reply, { signal, requests: own.requests, context });
      return send(answer, reply);
    },
  });
}

function sendError(error: unknown, request: FastifyRequest, to: { reply: FastifyReply; logger: Logger }): FastifyReply {
  const context = contextOf(request, to.logger);
  const answer = buildErrorAnswer(error, context.sessionId);
  if (to.reply.raw.destroyed) context.logger.debug({ code: answer.body.code }, 'request ended by its client');
  else logError(error, answer, context.logger);
  if (answer.status === 401) void to.reply.header('www-authenticate', 'Bearer');
  return to.reply.status(answer.status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}

function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, { reply, logger }));
  app.setNotFoundHandler(() => {
    throw new NotFoundError('there is no such route here');
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
  const { logger, tokens } = options;
  const metrics = options.metrics ?? createMetrics();
  const requests = createOpenRequests();
  const app = fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? defaultBodyLimitBytes,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true },
    // A URL that cannot be decoded never reaches the error handler.
    frameworkErrors: (error, request, reply) =>
      sendError(error, request as FastifyRequest, { reply: reply as FastifyReply, logger }),
  });
  acceptAnyBody(app);
  answerErrors(app, logger);
  const count = countRequest(metrics);
  app.addHook('onRequest', async (request, reply) => {
    const context = contextOf(request, logger);
    void reply.header(headers.session, context.sessionId);
    count(request, reply, context.logger);
    const path = request.routeOptions.url;
    if (tokens !== undefined && path !== healthPath) await checkBearer(request.headers.authorization, tokens);
  });
  for (const route of [...routes, ...operationsRoutes(options, metrics)]) addRoute(app, route, { logger, requests });
  app.addHook('preClose', (done) => {
    requests.endEndless();
    done();
  });
  markWireApp(app, { asksForToken: tokens !== undefined, endRequests: requests.endAll });
  return app;
}
