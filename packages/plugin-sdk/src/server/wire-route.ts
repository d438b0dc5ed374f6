import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from '@interlink/runtime';
import type { Caller } from '@interlink/spec';
import type { ServedSession } from '../streams/serve-session.ts';

/** One request on a route of either hop, whatever its method. */
export interface WireRequest {
  /** Value of the session header, or a made-up one; echoed in the answer and in every log line. */
  readonly sessionId: string;
  /** Aborts when the client went away or the server ends. For a {@link WireRoute.durable} route only the latter. */
  readonly signal: AbortSignal;
  /** Writes the session with every line. */
  readonly logger: Logger;
  /** Who asks; undefined where no credential is asked for. */
  readonly caller?: Caller;
  readonly headers: IncomingHttpHeaders;
  /** What follows the question mark of the URL. */
  readonly query: string;
  /** The body as it came, decoded as UTF-8. */
  text(): string;
  /**
   * The body as JSON; undefined when it is empty.
   *
   * @throws InvalidInputError when it is no JSON or is nested too deeply.
   */
  json(): unknown;
}

/** What a route answers with; but for sessions the status is always 200, the only success that the Go components know. */
export type WireAnswer =
  | { readonly kind: 'json'; readonly body: unknown }
  | { readonly kind: 'text'; readonly body: string; readonly contentType?: string }
  | StreamAnswer
  | SessionAnswer;

/** An answer whose bytes come as they come. */
export interface StreamAnswer {
  readonly kind: 'stream';
  readonly contentType: string;
  /** Not read faster than the client reads; ended by `return()` when the client goes away. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** True: it has no natural end, so that a server that closes ends it at once and in order. */
  readonly endless?: boolean;
}

/** An answer that is a WebSocket with the channels of Kubernetes' remote commands. Only for requests that ask for one. */
export interface SessionAnswer extends ServedSession {
  readonly kind: 'session';
}

/** One path of a hop. Any method is served. */
export interface WireRoute {
  readonly path: string;
  /** True: a call goes on when its client goes away, because half a create or delete is worse than a whole one. */
  readonly durable?: boolean;
  /** Rejects with an error of the set; the server turns it into an error answer. */
  handle(request: WireRequest): Promise<WireAnswer>;
}

/** An answer in JSON. */
export function answerJson(body: unknown): WireAnswer {
  return { kind: 'json', body };
}

/** An answer in plain text. */
export function answerText(body: string): WireAnswer {
  return { kind: 'text', body };
}
