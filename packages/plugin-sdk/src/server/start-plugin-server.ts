import {
  certificatesIn,
  ConfigError,
  createMetrics,
  createProfiler,
  type Logger,
  type Metrics,
  type Profiler,
  type WatchedCertificates,
  watchCertificates,
} from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { buildPluginApp } from './build-plugin-app.ts';
import { listen, type Listener } from './listen.ts';
import { isLocalAddress, parseAddress } from './parse-address.ts';
import { createOidcAuthenticator } from './authentication/oidc-authenticator.ts';
import { readIssuer } from './authentication/oidc-config.ts';
import { createTokenAuthenticator } from './authentication/token-authenticator.ts';
import { openCallerFile } from './open-caller-file.ts';
import type { ServerConfig } from './server-config.ts';

/** What {@link startPluginServer} serves. */
export interface PluginServerOptions {
  readonly config: ServerConfig;
  /** Makes the plugin; called once the credentials could be read. What it counts in the metrics is served with those of the server. */
  readonly open: (shared: { readonly metrics: Metrics }) => Promise<Plugin>;
  /** Where to listen when the configuration does not say. */
  readonly defaultAddress: () => Promise<string>;
  readonly logger: Logger;
  /** Ends the start, not the server: that is disposed. */
  readonly signal?: AbortSignal;
}

/** Starts a plugin and serves it over HTTP. Disposing ends this process's part; the pods run on. */
export async function startPluginServer(options: PluginServerOptions): Promise<Listener> {
  const { config, logger, signal } = options;
  const byFile =
    config.tokenFile === undefined ? [] : [createTokenAuthenticator(await openCallerFile(config.tokenFile))];
  signal?.throwIfAborted();
  await using opening = new AsyncDisposableStack();
  const oidc = opening.use(createOidcAuthenticator(config.oidc.map(readIssuer), { logger }));
  const authenticators = [...byFile, ...(config.oidc.length === 0 ? [] : [oidc.authenticate])];
  const metrics = createMetrics({ processMetrics: true });
  const plugin = opening.use(await options.open({ metrics }));
  const address = config.address ?? (await options.defaultAddress());
  const profiler = createProfilerFor(config, { address, asksForToken: authenticators.length > 0 });
  const app = buildPluginApp(plugin, { logger, metrics, authenticators, ...profiler });
  signal?.throwIfAborted();
  opening.use(watchCertificates(certificatesOf(config), { metrics, logger }));
  const tls = config.tls ? { tls: dropUndefined(config.tls) } : {};
  const listener = opening.use(await listen(app, { address, insecure: config.insecure, ...tls }, logger));
  const running = opening.move();
  return { address: listener.address, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function certificatesOf({ tls, oidc }: ServerConfig): readonly WatchedCertificates[] {
  return [
    ...certificatesIn('serving', tls?.certFile),
    ...certificatesIn('client_authority', tls?.caFile),
    ...oidc.flatMap(({ caFile }) => certificatesIn('issuer_authority', caFile)),
  ];
}

/** @throws ConfigError where anybody could read the secrets in a heap. */
function createProfilerFor(
  { profiling, tls }: ServerConfig,
  { address, asksForToken }: { readonly address: string; readonly asksForToken: boolean },
): { profiler?: Profiler } {
  if (!profiling) return {};
  const asksForCredential = asksForToken || tls?.caFile !== undefined;
  if (!asksForCredential && !isLocalAddress(parseAddress(address)))
    throw new ConfigError(
      `profiling: anybody who reaches ${address} could read secrets; set tokenFile, oidc or tls.caFile, or listen on a unix socket`,
    );
  return { profiler: createProfiler() };
}

function dropUndefined({ certFile, keyFile, caFile }: NonNullable<ServerConfig['tls']>) {
  return { certFile, keyFile, ...(caFile === undefined ? {} : { caFile }) };
}
