import type { CallOptions } from '@interlink/spec';

/** One call to a peer. */
export interface PeerRequest {
  /** Names the call in errors: `ping`, `create`, … */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Until the whole answer is there; for a stream, until its headers are. */
  readonly timeoutMilliseconds: number;
  /** True for create and delete: once sent it is not sent again, and shares a bounded set of connections. */
  readonly changes?: boolean;
  /** Takes secrets that the peer may have repeated out of its words. */
  readonly redact?: (text: string) => string;
  readonly options?: CallOptions | undefined;
}
