import { processConfigSchema, type ProcessConfig } from '@interlink/plugin-process';
import { parseAddress } from '@interlink/plugin-sdk';
import { checkConfig, ConfigError, readYamlFile } from '@interlink/runtime';
import { isInterLinkError } from '@interlink/spec';

function checkAddress(address: string, source: string): void {
  try {
    parseAddress(address);
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    throw new ConfigError(`${source}: ${error.message}`, { cause: error });
  }
}

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
  const config = checkConfig(processConfigSchema, value, { source: file ?? 'defaults' });
  if (config.address !== undefined) checkAddress(config.address, `${file ?? 'defaults'}: address`);
  if (address === undefined) return config;
  checkAddress(address, '--address');
  return { ...config, address };
}
