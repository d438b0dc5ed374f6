import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { startPluginServer, type Listener } from '@interlink/plugin-sdk';
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
  const { logger } = context;
  const options = pluginOptions(config, defaultWorkDirectory(context.environment ?? process.env));
  return await startPluginServer({
    ...context,
    config,
    open: () => createProcessPlugin({ ...options, logger }),
    defaultAddress: async () => `unix://${join(await realpath(options.root), socketName)}`,
  });
}
