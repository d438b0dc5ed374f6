import type { CallOptions } from '@interlink/spec';
import type { WireRequest } from './wire-route.ts';

/** Session, signal and caller of a request, for the call behind it. */
export function callOptions({ signal, sessionId, caller }: WireRequest): CallOptions {
  return { signal, sessionId, ...(caller === undefined ? {} : { caller }) };
}
