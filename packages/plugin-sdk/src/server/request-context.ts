import type { FastifyRequest } from 'fastify';
import { headers, type Caller } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import { sessionId } from './session-id.ts';

/** What belongs to one request on its way through the hooks. */
export interface RequestContext {
  readonly sessionId: string;
  /** Writes session, method and path with every line. */
  readonly logger: Logger;
  /** Who sent it, where that was asked. */
  readonly caller?: Caller;
}

const contexts = new WeakMap<FastifyRequest, RequestContext>();

/** Without the query, which has the words of a command in it. */
function pathOf({ raw }: FastifyRequest): string | undefined {
  return raw.url?.split('?')[0];
}

/** The context of a request, made when it is first asked for. */
export function contextOf(request: FastifyRequest, logger: Logger): RequestContext {
  const known = contexts.get(request);
  if (known !== undefined) return known;
  const session = sessionId(request.raw.headers[headers.session]);
  const fields = { session, method: request.method, path: pathOf(request) };
  const context = { sessionId: session, logger: logger.child(fields) };
  contexts.set(request, context);
  return context;
}

/** Remembers who sent a request, and names it in every line from here on. */
export function identify(request: FastifyRequest, caller: Caller, logger: Logger): void {
  const known = contextOf(request, logger);
  contexts.set(request, { ...known, logger: known.logger.child({ caller: caller.name }), caller });
}
