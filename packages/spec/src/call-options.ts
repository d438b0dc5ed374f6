import type { Caller } from './caller.ts';

/** What every call over a hop takes besides its request. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason, and the peer sees the request cancelled. */
  readonly signal?: AbortSignal;
  /** Value of the `InterLink-Http-Session` header, for correlation; made up where it is absent. */
  readonly sessionId?: string;
  /** Who asks, as the server before this call established it. Absent where no credential is asked for. Not sent to a peer. */
  readonly caller?: Caller;
}
