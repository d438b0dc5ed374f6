import { access } from 'node:fs/promises';
import { checkConfig, readYamlFile } from '@interlink/runtime';
import { slurmConfigSchema } from './slurm-config.ts';
import { readLegacyConfig, type LoadedSlurmConfig } from './slurm-legacy-config.ts';

/** Where the Go plugin looks when nothing names a file. */
export const defaultConfigFile = '/etc/interlink/SlurmConfig.yaml';

/** Where {@link loadSlurmConfig} looks. */
export interface SlurmConfigSource {
  /** Default: the environment's `SLURMCONFIGPATH`, else {@link defaultConfigFile}, which may be missing. */
  readonly file?: string;
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The configuration of a Slurm plugin process: a file of ours, or one of the Go plugin, whose keys begin with capital letters.
 *
 * @throws ConfigError naming file and key.
 */
export async function loadSlurmConfig(source: SlurmConfigSource = {}): Promise<LoadedSlurmConfig> {
  const environment = source.environment ?? process.env;
  const named = source.file ?? (environment['SLURMCONFIGPATH'] || undefined);
  const file = named ?? defaultConfigFile;
  const value = named !== undefined || (await exists(file)) ? await readYamlFile(file) : {};
  if (isLegacy(value)) return readLegacyConfig(value, { file, environment });
  return { config: checkConfig(slurmConfigSchema, value, { source: file }), warnings: [] };
}

function isLegacy(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => /^[A-Z]/.test(key));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
