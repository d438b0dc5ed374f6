import { access } from 'node:fs/promises';
import { readYamlFile } from '@interlink/runtime';
import { readLegacyConfig, type LoadedApiConfig } from './api-server-legacy-config.ts';

/** Where the Go API server looks when nothing names a file. */
export const defaultConfigFile = '/etc/interlink/InterLinkConfig.yaml';

/** Where {@link loadApiConfig} looks. */
export interface ApiConfigSource {
  /** Default: the environment's `INTERLINKCONFIGPATH`, else {@link defaultConfigFile}, which may be missing. */
  readonly file?: string;
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The configuration of an API server process. The YAML keys and environment names are those of the Go API server; the environment
 * wins over the file.
 *
 * @throws ConfigError naming file and key.
 */
export async function loadApiConfig(source: ApiConfigSource = {}): Promise<LoadedApiConfig> {
  const environment = source.environment ?? process.env;
  const named = source.file ?? (environment['INTERLINKCONFIGPATH'] || undefined);
  const file = named ?? defaultConfigFile;
  const value = named !== undefined || (await exists(file)) ? await readYamlFile(file) : {};
  return readLegacyConfig(value, { file, environment });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
