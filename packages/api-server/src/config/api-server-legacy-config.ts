import { readOAuthConfig } from '@interlink/plugin-sdk';
import type { ScriptBuildConfig } from '@interlink/spec';
import { checkConfig, ConfigError, readProfiling, unknownKeys } from '@interlink/runtime';
import type { ApiServerConfig, JobScriptConfig, PluginConnection } from './api-config.ts';
import {
  legacyFileSchema,
  legacyKeys,
  type LegacyFile,
  type LegacyJobScriptBuild,
} from './api-server-legacy-schema.ts';
import { joinAddress } from './join-address.ts';
import { readCallers } from './read-callers.ts';

/** A configuration with what is worth telling the administrator. */
export interface LoadedApiConfig {
  readonly config: ApiServerConfig;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Where a legacy configuration comes from. */
export interface LegacySource {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where the Go API server serves its profiles. */
const goProfilingPort = 6061;

/** Environment names of the Go API server, which win over the file. */
const environmentKeys = {
  InterlinkAddress: 'INTERLINKURL',
  InterlinkPort: 'INTERLINKPORT',
  SidecarURL: 'SIDECARURL',
  SidecarPort: 'SIDECARPORT',
} as const;

/**
 * The configuration of an API server from what the Go API server's YAML file holds, and from its environment names.
 *
 * Unknown and misspelt keys give a warning, because the Go program ignored them.
 *
 * @throws ConfigError naming file (or environment name) and key.
 */
export function readLegacyConfig(value: unknown, source: LegacySource): LoadedApiConfig {
  const file = withEnvironment(checkConfig(legacyFileSchema, value, { source: source.file }), source.environment);
  const tls = serverTls(file, source);
  const callerTokenFile = file.Extensions?.CallerTokenFile;
  const callers = readCallers(file.Extensions ?? {}, {
    file: source.file,
    hasTokenFile: callerTokenFile !== undefined,
    hasClientAuthorities: tls?.caFile !== undefined,
  });
  const { profiling, warnings } = readProfiling(file.Pprof, { ...source, defaultPort: goProfilingPort });
  const config: ApiServerConfig = {
    address: joinAddress({
      url: file.InterlinkAddress ?? 'http://127.0.0.1',
      port: file.InterlinkPort ?? '3000',
      keys: addressKeys(source),
    }),
    ...(tls === undefined ? {} : { tls: { ...tls, ...defined('clientCertificates', callers.clientCertificates) } }),
    ...defined('callerTokenFile', callerTokenFile),
    ...(Object.keys(callers).length === 0 ? {} : { callers }),
    // An address that the administrator wrote is obeyed; `listen` says aloud what it means.
    insecure: true,
    plugin: pluginConnection(file, source),
    jobScript: jobScript(file, source),
    cache: {
      ...defined('maximumEntries', file.Extensions?.StatusCacheEntries),
      ...defined('lifetimeSeconds', file.Extensions?.StatusCacheSeconds),
    },
    ...defined('profiling', profiling),
    logLevel: logLevel(file),
  };
  return { config, warnings: [...keyWarnings(value, source), ...valueWarnings(file, source), ...warnings] };
}

function withEnvironment(file: LegacyFile, environment: LegacySource['environment']): LegacyFile {
  const named = Object.entries(environmentKeys).map(([key, name]) => [key, environment[name]?.trim()] as const);
  return { ...file, ...Object.fromEntries(named.filter(([, value]) => value !== undefined && value !== '')) };
}

/** Keys by name, for messages; the environment's name where the value came from there. */
function nameOf(key: keyof typeof environmentKeys, source: LegacySource): string {
  const name = environmentKeys[key];
  return (source.environment[name] ?? '').trim() === '' ? `${source.file}: ${key}` : `environment ${name}`;
}

function addressKeys(source: LegacySource): { url: string; port: string } {
  return { url: nameOf('InterlinkAddress', source), port: nameOf('InterlinkPort', source) };
}

function serverTls(file: LegacyFile, source: LegacySource): ApiServerConfig['tls'] {
  const { CertFile: certFile, KeyFile: keyFile, CACertFile: caFile } = file.TLS ?? {};
  // The Go program serves https with these files also where `Enabled` is false.
  if (file.InterlinkAddress?.startsWith('https://') !== true) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? 'CertFile' : 'KeyFile';
    throw new ConfigError(`${source.file}: TLS.${missing} is required, because InterlinkAddress is https`);
  }
  return { certFile, keyFile, ...defined('caFile', caFile) };
}

function pluginConnection(file: LegacyFile, source: LegacySource): PluginConnection {
  const keys = { url: nameOf('SidecarURL', source), port: nameOf('SidecarPort', source) };
  if (file.SidecarURL === undefined) {
    throw new ConfigError(`${keys.url} is required: where the plugin is, as http://host, https://host or unix:///path`);
  }
  const url = joinAddress({ url: file.SidecarURL, keys, ...defined('port', file.SidecarPort) });
  const { CACertFile, CertFile, KeyFile } = file.Extensions?.PluginTLS ?? {};
  // The environment's IAM_ names are about the hop to this server.
  const oauth = readOAuthConfig(file.Extensions?.PluginOAuth2, {
    where: `${source.file}: Extensions.PluginOAuth2`,
    environment: { XDG_STATE_HOME: source.environment['XDG_STATE_HOME'] },
  });
  const tls = { ...defined('caFile', CACertFile), ...defined('certFile', CertFile), ...defined('keyFile', KeyFile) };
  return {
    url,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...defined('tokenFile', file.Extensions?.PluginTokenFile),
    ...defined('oauth', oauth),
  };
}

function jobScript(file: LegacyFile, source: LegacySource): JobScriptConfig {
  const builderUrl = file.Extensions?.JobScriptBuilderURL;
  if (builderUrl !== undefined && !/^https?:\/\//.test(builderUrl)) {
    throw new ConfigError(`${source.file}: Extensions.JobScriptBuilderURL must be an http or https URL`);
  }
  return {
    allowedHosts: file.Extensions?.JobScriptAllowedHosts ?? [],
    ...defined('builderUrl', builderUrl),
    ...defined('timeoutSeconds', file.Extensions?.JobScriptTimeoutSeconds),
    ...defined('templateFile', file.JobScriptTemplate),
    ...(file.JobScriptBuildConfig == null ? {} : { buildConfig: buildConfig(file.JobScriptBuildConfig) }),
  };
}

/** The file's names are not those on the wire. */
function buildConfig(file: LegacyJobScriptBuild): ScriptBuildConfig {
  const { fuse_mode, no_init, no_home, no_privs, nvidia_support, ...apptainer } = file.apptainer_options ?? {};
  return {
    SingularityHubProxy: withoutAbsent(file.singularity_hub ?? {}),
    ApptainerOptions: withoutAbsent({
      ...apptainer,
      fuseMode: fuse_mode,
      noInit: no_init,
      noHome: no_home,
      noPrivs: no_privs,
      nvidiaSupport: nvidia_support,
    }),
    Volumes: withoutAbsent(file.volumes_options ?? {}),
  };
}

function logLevel(file: LegacyFile): ApiServerConfig['logLevel'] {
  if (file.VerboseLogging === true) return 'debug';
  return file.ErrorsOnlyLogging === true ? 'error' : 'info';
}

function keyWarnings(value: unknown, source: LegacySource): readonly string[] {
  return unknownKeys(value, legacyKeys).map(({ path, nearest }) => {
    const hint = nearest === undefined ? '' : `; ${JSON.stringify(nearest)} is known`;
    return `${source.file}: nothing reads the key ${path}${hint}`;
  });
}

function valueWarnings(file: LegacyFile, source: LegacySource): readonly string[] {
  const isHttps = file.InterlinkAddress?.startsWith('https://') === true;
  const warnings: readonly (readonly [boolean, string])[] = [
    [
      file.TLS?.Enabled === true && !isHttps,
      `${source.file}: TLS.Enabled has no effect, because InterlinkAddress is not https`,
    ],
  ];
  return warnings.filter(([applies]) => applies).map(([, text]) => text);
}

type Defined<Key extends string, Value> = { readonly [K in Key]?: Value };

/** `{ key: value }`, or nothing where the value is absent. */
function defined<Key extends string, Value>(key: Key, value: Value | null | undefined): Defined<Key, Value> {
  return (value === undefined || value === null ? {} : { [key]: value }) as Defined<Key, Value>;
}

function withoutAbsent<T extends object>(value: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}
