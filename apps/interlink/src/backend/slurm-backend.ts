import { createSlurmPlugin, pluginOptions, slurmConfigSchema } from '@interlink/plugin-slurm';
import { checkConfig, type Logger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { startSlurm } from '@interlink/testbed';
import type { Backend, BackendOptions } from './backend.ts';
import { findSlurm, type SlurmEnvironment } from './find-slurm.ts';

/** The plugin with its defaults, on the Slurm that an environment leads to. */
export async function openSlurmPlugin(root: string, environment: SlurmEnvironment, logger: Logger): Promise<Plugin> {
  const config = checkConfig(slurmConfigSchema, { commands: { environment } }, { source: 'defaults' });
  return await createSlurmPlugin({ ...pluginOptions(config, root), logger });
}

/** The Slurm of this machine when it answers, else one that is started for the purpose, which needs root. */
export async function openSlurmBackend({ root, progress, logger, signal }: BackendOptions): Promise<Backend> {
  const found = await findSlurm();
  if ('version' in found) {
    return {
      description: `Slurm plugin (Slurm ${found.version} of this machine)`,
      record: { name: 'slurm', environment: found.environment },
      openPlugin: () => openSlurmPlugin(root, found.environment, logger),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  progress.say(`no Slurm of this machine can be used: ${found.missing}; starting one for this purpose`);
  const cluster = await startSlurm({ kind: 'host', progress, signal });
  return {
    description: `Slurm plugin (Slurm ${cluster.version}, started here)`,
    record: { name: 'slurm' },
    openPlugin: () => openSlurmPlugin(root, { ...cluster.environment }, logger),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
