import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { isInterLinkError } from '@interlink/spec';

/** What a span is besides its name. */
export interface SpanDescription {
  /** `client` and `server` are the two ends of a call. Default `internal`. */
  readonly kind?: 'internal' | 'client' | 'server';
  /** Names, UIDs, counts. Never a secret, never an environment. */
  readonly attributes?: Attributes;
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, server: SpanKind.SERVER } as const;
const tracerName = 'interlink';

/**
 * Runs work in a span that is the parent of every span that begins in it. Without tracing it only runs the work. Of an error the span gets the code, not the
 * message, which may hold anything.
 */
export function inSpan<T>(name: string, description: SpanDescription, work: () => Promise<T>): Promise<T> {
  const { kind = 'internal', attributes = {} } = description;
  return trace.getTracer(tracerName).startActiveSpan(name, { kind: kinds[kind], attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      span.setAttribute('error.type', code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Adds attributes to the span that is going on. */
export function describeSpan(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** The W3C headers that carry the span to a peer; none without tracing. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** Runs work as a part of the trace that a caller's headers name. */
export function inRemoteTrace<T>(headers: Readonly<Record<string, unknown>>, work: () => T): T {
  return context.with(propagation.extract(context.active(), headers), work);
}

/** `trace_id` and `span_id` of the span that is going on, for log lines; nothing without tracing. */
export function traceFields(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** The names that the Go components give to a pod's attributes. */
export function podAttributes(metadata: PodMetadata | undefined): Attributes {
  const { name = '', namespace = '', uid = '' } = metadata ?? {};
  return { 'pod.name': name, 'pod.namespace': namespace, 'pod.uid': uid };
}

interface PodMetadata {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
}

function codeOf(error: unknown): string {
  if (isInterLinkError(error)) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
