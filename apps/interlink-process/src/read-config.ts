import { processConfigSchema, type ProcessConfig } from '@interlink/plugin-process';
import { withAddress } from '@interlink/plugin-sdk';
import { checkConfig, readYamlFile } from '@interlink/runtime';

/** What the command line says of the configuration. */
export interface ConfigSource {
  /** YAML file. Default: built-in values. */
  readonly file: string | undefined;
  /** Where to listen, in place of the file. */
  readonly address: string | undefined;
}

/**
 * The configuration of the process.
 *
 * @throws ConfigError naming the file (or flag) and the key.
 */
export async function readConfig({ file, address }: ConfigSource): Promise<ProcessConfig> {
  const value = file === undefined ? {} : await readYamlFile(file);
  return withAddress(checkConfig(processConfigSchema, value, { source: file ?? 'defaults' }), address);
}
