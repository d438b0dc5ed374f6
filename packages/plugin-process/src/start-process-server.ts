import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPluginApp, listen, openTokenFile, type Listener } from '@interlink/plugin-sdk';
import type { Logger } from '@interlink/runtime';
import { defaultWorkDirectory, pluginOptions } from './config/plugin-options.ts';
import type { ProcessConfig } from './config/process-config.ts';
import { createProcessPlugin } from './create-process-plugin.ts';

const socketName = 'plugin.sock';

/** What {@link startProcessServer} runs in. */
export interface ProcessServerContext {
  readonly logger: Logger;
  /** Ends the start, not the server: that is disposed. */
  readonly signal?: AbortSignal;
  /** For the default work directory. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Starts the process plugin and serves it. Disposing ends this process's part; the pods run on. */
export async function startProcessServer(config: ProcessConfig, context: ProcessServerContext): Promise<Listener> {
  const { logger, signal } = context;
  const tokens = config.tokenFile === undefined ? undefined : await openTokenFile(config.tokenFile);
  const options = pluginOptions(config, defaultWorkDirectory(context.environment ?? process.env));
  signal?.throwIfAborted();
  const plugin = await createProcessPlugin({ ...options, logger });
  try {
    const app = buildPluginApp(plugin, { logger, ...(tokens ? { tokens } : {}) });
    const address = config.address ?? `unix://${join(await realpath(options.root), socketName)}`;
    signal?.throwIfAborted();
    const tls = config.tls ? { tls: dropUndefined(config.tls) } : {};
    const listener = await listen(app, { address, insecure: config.insecure, ...tls }, logger);
    return {
      address: listener.address,
      async [Symbol.asyncDispose]() {
        await listener[Symbol.asyncDispose]();
        await plugin[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await plugin[Symbol.asyncDispose]();
    throw error;
  }
}

function dropUndefined({ certFile, keyFile, caFile }: NonNullable<ProcessConfig['tls']>) {
  return { certFile, keyFile, ...(caFile === undefined ? {} : { caFile }) };
}
