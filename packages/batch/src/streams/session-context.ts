import type { StreamSession } from '@interlink/spec';

/** The caller's streams, and a signal that ends the session: the caller's or the engine's. */
export interface SessionContext {
  readonly streams: StreamSession;
  readonly signal: AbortSignal;
}
