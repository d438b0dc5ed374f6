import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { startPluginServer, type Listener } from '@interlink/plugin-sdk';
import type { Logger } from '@interlink/runtime';
import { defaultWorkDirectory, pluginOptions } from './config/plugin-options.ts';
import type { SlurmConfig } from './config/slurm-config.ts';
import { createSlurmPlugin } from './create-slurm-plugin.ts';

const socketName = 'plugin.sock';

/** What {@link startSlurmServer} runs in. */
export interface SlurmServerContext {
  readonly logger: Logger;
  /** Ends the start, not the server: that is disposed. */
  readonly signal?: AbortSignal;
  /** For the default work directory. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Starts the Slurm plugin and serves it. Disposing ends this process's part; the jobs run on. */
export async function startSlurmServer(config: SlurmConfig, context: SlurmServerContext): Promise<Listener> {
  const { logger } = context;
  const options = pluginOptions(config, defaultWorkDirectory(context.environment ?? process.env));
  return await startPluginServer({
    ...context,
    config,
    open: ({ metrics }) => createSlurmPlugin({ ...options, logger, metrics }),
    defaultAddress: async () => `unix://${join(await realpath(options.root), socketName)}`,
  });
}
