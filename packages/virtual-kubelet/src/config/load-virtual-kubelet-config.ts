import { access } from 'node:fs/promises';
import { readYamlFile } from '@interlink/runtime';
import { readProcessConfig, type LoadedProcessConfig } from './read-process-config.ts';

/** Where the Go virtual kubelet looks when nothing names a file. */
export const defaultConfigFile = '/etc/interlink/InterLinkConfig.yaml';

/** Where {@link loadVirtualKubeletConfig} looks. */
export interface VirtualKubeletConfigSource {
  /** Default: the environment's `CONFIGPATH`, else {@link defaultConfigFile}, which may be missing. */
  readonly file?: string | undefined;
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** What the command line says; wins over the environment. */
  readonly flags?: { readonly nodeName?: string | undefined } | undefined;
}

/**
 * The configuration of a virtual kubelet process. The YAML keys and environment names are those of the Go virtual kubelet.
 *
 * @throws ConfigError naming file and key.
 */
export async function loadVirtualKubeletConfig(source: VirtualKubeletConfigSource = {}): Promise<LoadedProcessConfig> {
  const { environment = process.env, flags } = source;
  const named = source.file ?? (environment['CONFIGPATH'] || undefined);
  const file = named ?? defaultConfigFile;
  const value = named !== undefined || (await exists(file)) ? await readYamlFile(file) : {};
  return readProcessConfig(value, { file, environment, nodeName: flags?.nodeName });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
