import type { OpenApiDocument } from '@interlink/spec';
import type { Clock, Logger, Metrics, Profiler } from '@interlink/runtime';
import type { Authenticator } from './authentication/authenticator.ts';

/** What both hops' servers take. */
export interface ServerOptions {
  /** Gets one line for each refused or failed request, and with level debug one for each request. */
  readonly logger: Logger;
  /** Larger bodies are refused with 413. Default 64 MiB: a status request names thousands of whole pods. */
  readonly bodyLimitBytes?: number;
  /**
   * Bearer credentials, asked for each request. When given, every route but `/healthz` needs one of them, and an empty list lets
   * nobody in. Default: no credential is asked for.
   */
  readonly tokens?: () => Promise<readonly string[]>;
  /** Further ways to know a caller, asked in their order after the tokens; any of them makes a credential needed. Default: none. */
  readonly authenticators?: readonly Authenticator[];
  /** Where `/metrics` reads and requests are counted. Default: a registry of the server's own. */
  readonly metrics?: Metrics;
  /** Serves profiles of this process to whoever may call, secrets among them. Default: none. */
  readonly profiler?: Profiler;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** What `buildWireApp` takes besides its routes. */
export interface WireAppOptions extends ServerOptions {
  /** Served at `/openapi.json`. */
  readonly document: OpenApiDocument;
  /** Which hop is served: the end of the names of spans. */
  readonly spans: 'API' | 'Plugin';
  /** `/readyz` answers 200 when this resolves, else the error. */
  ready(options: { readonly signal: AbortSignal; readonly sessionId: string }): Promise<void>;
}
