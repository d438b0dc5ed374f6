import type { Clock, Logger } from '@interlink/runtime';

/** TLS of a client. The files are read again when they change, for the next connection. */
export interface RemoteTls {
  /** PEM; trusts these instead of the system's certificate authorities. */
  readonly caFile?: string;
  /** PEM; shown to a server that asks for a client certificate. */
  readonly certFile?: string;
  /** PEM. */
  readonly keyFile?: string;
  /** True: any server certificate is taken. Default false. */
  readonly insecureSkipVerify?: boolean;
}

/** How long a call of each class may take, in milliseconds. */
export interface RemoteTimeouts {
  /** Default 10,000. */
  readonly pingMilliseconds: number;
  /** Status, list and statistics. Default 30,000. */
  readonly statusMilliseconds: number;
  /** Default 120,000: a job-script builder and a slow scheduler may be behind it. */
  readonly createMilliseconds: number;
  /** Default 60,000. */
  readonly updateMilliseconds: number;
  /** Default 60,000. */
  readonly deleteMilliseconds: number;
  /** Until the headers of a log or event stream; the stream itself has no end. Default 60,000. */
  readonly headersMilliseconds: number;
  /** Longest silence of an event stream, whose peer sends a line at least every 15 s. Default 45,000. */
  readonly eventsIdleMilliseconds: number;
}

/** How to reach a peer. */
export interface RemoteOptions {
  /** `http://host:port`, `https://host:port` (a path before the routes is kept) or `unix:///path`. */
  readonly url: string;
  /** Name of the plugin in logs and on the node. Default `remote`. */
  readonly name?: string;
  /** For `https` only. Default: the system's certificate authorities. */
  readonly tls?: RemoteTls;
  /** The bearer token, asked for each call and trimmed; empty or undefined sends none. */
  readonly token?: () => Promise<string | undefined>;
  /**
   * Told the token that the peer refused with 401, before the token is asked for once more; another one is then sent, once. Default: nothing is
   * renewed, but a file that has changed is read again.
   */
  readonly renewToken?: (refused: string) => Promise<void>;
  /** Asked at the last moment before a create, update or delete is written to its connection; what it throws is the call's error. */
  readonly beforeChange?: () => void;
  /** What is not set keeps its default. */
  readonly timeouts?: Partial<RemoteTimeouts>;
  /** Told of repeated calls (debug) and of parts of answers that were ignored (warn). */
  readonly logger: Logger;
  /** For the waits between tries. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** The timeouts where nothing else is set. */
export const defaultTimeouts: RemoteTimeouts = {
  pingMilliseconds: 10_000,
  statusMilliseconds: 30_000,
  createMilliseconds: 120_000,
  updateMilliseconds: 60_000,
  deleteMilliseconds: 60_000,
  headersMilliseconds: 60_000,
  eventsIdleMilliseconds: 45_000,
};
