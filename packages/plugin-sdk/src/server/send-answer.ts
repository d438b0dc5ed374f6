import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { headers } from '@interlink/spec';
import { openChannelSocket } from '../streams/channel-socket.ts';
import { serveSession } from '../streams/serve-session.ts';
import { buildErrorAnswer, logError } from './error-answer.ts';
import type { OpenRequests } from './open-requests.ts';
import type { RequestContext } from './request-context.ts';
import { isClientGone, streamAnswer } from './stream-answer.ts';
import { acceptSessionSocket } from './upgrade-requests.ts';
import type { SessionAnswer, StreamAnswer, WireAnswer } from './wire-route.ts';

/** A request that is being answered. */
export interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly context: RequestContext;
  readonly signal: AbortSignal;
  readonly requests: OpenRequests;
}

const json = 'application/json; charset=utf-8';
const text = 'text/plain; charset=utf-8';

async function sendStream(
  answer: StreamAnswer,
  { reply, context, signal, requests }: Answering,
): Promise<FastifyReply> {
  if (answer.endless === true) requests.markEndless(signal);
  const open = (): ServerResponse => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': answer.contentType, [headers.session]: context.sessionId });
    reply.raw.flushHeaders();
    return reply.raw;
  };
  try {
    await streamAnswer(answer, { open, signal });
  } catch (error) {
    if (!reply.sent) throw error;
    if (signal.aborted || isClientGone(error)) context.logger.debug({}, 'stream ended early');
    else logError(error, buildErrorAnswer(error, context.sessionId), context.logger);
  }
  return reply;
}

async function sendSession(
  answer: SessionAnswer,
  { request, reply, context, signal }: Answering,
): Promise<FastifyReply> {
  const { sessionId, logger } = context;
  const socket = await acceptSessionSocket(request.raw, { signal, sessionId });
  reply.hijack();
  reply.raw.statusCode = 101;
  await serveSession((listener) => openChannelSocket(socket, listener), answer, { signal, sessionId, logger });
  return reply;
}

/** Sends a successful answer. Rejects when a stream failed before its first byte. */
export async function sendAnswer(answer: WireAnswer, answering: Answering): Promise<FastifyReply> {
  if (answer.kind === 'stream') return sendStream(answer, answering);
  if (answer.kind === 'session') return sendSession(answer, answering);
  const { reply } = answering;
  if (answer.kind === 'json') return reply.type(json).send(JSON.stringify(answer.body));
  return reply.type(answer.contentType ?? text).send(answer.body);
}

/** Sends the answer to an error and logs it once. */
export function sendError(error: unknown, reply: FastifyReply, context: RequestContext): FastifyReply {
  const answer = buildErrorAnswer(error, context.sessionId);
  if (reply.raw.destroyed) context.logger.debug({ code: answer.body.code }, 'request ended by its client');
  else logError(error, answer, context.logger);
  if (answer.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.status(answer.status).type(json).send(JSON.stringify(answer.body));
}
