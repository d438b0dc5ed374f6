import { readFile } from 'node:fs/promises';
import {
  createOAuthToken,
  createRemotePlugin,
  listen,
  measureCalls,
  measureToken,
  openTokenFile,
  type Listener,
  type MeasuredToken,
} from '@interlink/plugin-sdk';
import { isInterLinkError, type Plugin } from '@interlink/spec';
import {
  certificatesIn,
  ConfigError,
  createMetrics,
  serveProfiles,
  systemClock,
  watchCertificates,
  type Logger,
  type Metrics,
  type WatchedCertificates,
} from '@interlink/runtime';
import { restrictToNodes } from './authorization/restrict-to-nodes.ts';
import type { ApiServerConfig, PluginConnection } from './config/api-config.ts';
import { createInterLinkApi } from './create-interlink-api.ts';
import type { JobScriptOptions } from './create/job-script.ts';
import { compileTemplate, type Template } from './go-template/index.ts';
import { buildInterLinkApp } from './http/build-interlink-app.ts';
import { openCallers } from './open-callers.ts';

/** What {@link startApiServer} runs in. */
export interface ApiServerContext {
  readonly logger: Logger;
  /** Ends the start, not the server: that is disposed. */
  readonly signal?: AbortSignal;
  /** A plugin in this process, in place of the one that the configuration names; it stays the caller's. */
  readonly plugin?: Plugin;
}

/**
 * Starts an API server: a client of the plugin, the API on top, and a listener. Disposing closes the listener in order.
 *
 * @throws ConfigError for a token or template file that cannot be used; what `listen` throws.
 */
export async function startApiServer(config: ApiServerConfig, context: ApiServerContext): Promise<Listener> {
  const { logger, signal } = context;
  const template = await readTemplate(config.jobScript.templateFile);
  await using opening = new AsyncDisposableStack();
  const callers = opening.use(await openCallers(config, logger));
  const metrics = createMetrics({ processMetrics: true });
  const plugin = context.plugin ?? opening.use(await connectPlugin(config, { logger, metrics }));
  const full = createInterLinkApi(measureCalls(plugin, { metrics, clock: systemClock }), {
    jobScript: jobScriptOptions(config, template),
    cache: config.cache,
    logger,
  });
  const policy = config.callers?.nodePolicy;
  const api = policy === undefined ? full : restrictToNodes(full, policy, { logger });
  const app = buildInterLinkApp(api, { logger, metrics, authenticators: callers.authenticators });
  if (config.profiling !== undefined) opening.use(await serveProfiles(config.profiling, logger));
  opening.use(watchCertificates(certificatesOf(config), { metrics, logger }));
  signal?.throwIfAborted();
  const tls = config.tls === undefined ? {} : { tls: config.tls };
  const { address } = opening.use(
    await listen(app, { address: config.address, insecure: config.insecure, ...tls }, logger),
  );
  logger.info({ address, plugin: config.plugin.url }, 'api server started');
  const running = opening.move();
  return { address, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function connectPlugin(
  config: ApiServerConfig,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): Promise<Plugin> {
  const { url, tls } = config.plugin;
  return createRemotePlugin({
    url,
    logger,
    ...measureToken(await tokenOf(config.plugin, logger), metrics),
    ...(tls === undefined ? {} : { tls }),
  });
}

async function tokenOf({ tokenFile, oauth }: PluginConnection, logger: Logger): Promise<MeasuredToken> {
  if (oauth !== undefined) {
    const source = createOAuthToken(oauth, { logger });
    return {
      token: () => source.token(),
      renewToken: (refused) => source.renew(refused),
      expiresAt: () => source.expiresAt(),
    };
  }
  if (tokenFile === undefined) return {};
  const tokens = await openTokenFile(tokenFile);
  return { token: async () => (await tokens())[0] };
}

function certificatesOf({ tls, plugin, callers }: ApiServerConfig): readonly WatchedCertificates[] {
  return [
    ...certificatesIn('serving', tls?.certFile),
    ...certificatesIn('client_authority', tls?.caFile),
    ...certificatesIn('client', plugin.tls?.certFile),
    ...certificatesIn('server_authority', plugin.tls?.caFile),
    ...certificatesIn('issuer_authority', plugin.oauth?.caFile),
    ...(callers?.oidc ?? []).flatMap(({ caFile }) => certificatesIn('issuer_authority', caFile)),
  ];
}

function jobScriptOptions(config: ApiServerConfig, template: Template | undefined): JobScriptOptions {
  return { ...config.jobScript, ...(template === undefined ? {} : { template }) };
}

async function readTemplate(file: string | undefined): Promise<Template | undefined> {
  if (file === undefined) return undefined;
  try {
    return compileTemplate(file, await readFile(file, 'utf8'));
  } catch (error) {
    const reason = isInterLinkError(error) ? error.message : `${file} cannot be read`;
    throw new ConfigError(`JobScriptTemplate: ${reason}`, { cause: error });
  }
}
