import { ConfigError, checkConfig, unknownKeys } from '@interlink/runtime';
import { isInterLinkError } from '@interlink/spec';
import { parseFlags, splitWords, formatFlag } from '../submit/parse-flags.ts';
import { legacyFileSchema, legacyKeys, unusedKeys, type LegacyFile } from './slurm-legacy-schema.ts';
import { slurmConfigSchema, type SlurmConfig, type SlurmConfigInput } from './slurm-config.ts';

/** A configuration with what is worth telling the administrator. */
export interface LoadedSlurmConfig {
  readonly config: SlurmConfig;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Where a configuration of the Go plugin comes from. */
export interface LegacySource {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Environment names of the Go plugin, which win over the file. */
export const environmentKeys = {
  SidecarPort: 'SIDECARPORT',
  SbatchPath: 'SBATCHPATH',
  ScancelPath: 'SCANCELPATH',
  SinfoPath: 'SINFOPATH',
  SingularityPath: 'SINGULARITYPATH',
  TsocksPath: 'TSOCKSPATH',
} as const;

/** Environment names of the Go plugin that no key of its file stands for. */
export const environmentSwitches = { shared: 'SHARED_FS', tracing: 'ENABLE_TRACING', tsocks: 'TSOCKS' } as const;

/**
 * The configuration from what the Go Slurm plugin's YAML file holds, and from its environment names. Its block `Extensions` may have
 * any key of our own.
 *
 * @remarks Unknown keys give a warning, because the Go program ignored them. It listened on all interfaces; here it is loopback unless
 * `Extensions.address` says otherwise.
 * @throws ConfigError naming file (or environment name) and key.
 */
export function readLegacyConfig(value: unknown, source: LegacySource): LoadedSlurmConfig {
  const file = withEnvironment(checkConfig(legacyFileSchema, value, { source: source.file }), source.environment);
  const translated = { ...translate(file, source), ...file.Extensions };
  const config = checkConfig(slurmConfigSchema, translated, { source: source.file });
  return { config, warnings: [...keyWarnings(value, source), ...valueWarnings(file, value, source)] };
}

function withEnvironment(file: LegacyFile, environment: LegacySource['environment']): LegacyFile {
  const named = Object.entries(environmentKeys).map(([key, name]) => [key, environment[name]?.trim()] as const);
  return { ...file, ...Object.fromEntries(named.filter(([, text]) => text !== undefined && text !== '')) };
}

function translate(file: LegacyFile, source: LegacySource): SlurmConfigInput {
  return {
    ...defined('address', addressOf(file, source)),
    ...defined('workDirectory', file.DataRootFolder?.replace(/\/+$/, '')),
    // Without it the Go plugin did not share files either, but kept states and logs where only a shared directory has them.
    ...(source.environment[environmentSwitches.shared] === 'false' ? { sharedFileSystem: false } : {}),
    commands: commandsOf(file, source),
    ...defined('shell', file.BashPath),
    ...defined('commandPrefix', file.CommandPrefix ?? undefined),
    ...runtimeOf(file, source),
    flavors: Object.entries(file.Flavors ?? {}).map(([name, flavor]) => ({
      name,
      ...defined('description', flavor.Description),
      ...defined('cpus', flavor.CPUDefault || undefined),
      ...defined('memory', memoryOf(flavor.MemoryDefault)),
      flags: flagsOf(flavor.SlurmFlags ?? [], `${source.file}: Flavors.${name}.SlurmFlags`),
    })),
    ...(hasDefaultFlavor(file) ? defined('defaultFlavor', file.DefaultFlavor) : {}),
    taints: (file.Taints ?? []).map(({ Key = '', Value = '', Effect }) => ({
      key: Key,
      value: Value,
      effect: Effect as 'NoSchedule',
    })),
    capacity: defined('script', file.ResourceScriptPath),
    logLevel: file.VerboseLogging === true ? 'debug' : file.ErrorsOnlyLogging === true ? 'error' : 'info',
  };
}

/** The Go plugin ran without the default flavor where there was none of that name. */
function hasDefaultFlavor({ DefaultFlavor = '', Flavors, Extensions }: LegacyFile): boolean {
  return Extensions?.['flavors'] !== undefined || Object.hasOwn(Flavors ?? {}, DefaultFlavor);
}

function addressOf({ Socket, SidecarPort }: LegacyFile, { file }: LegacySource): string | undefined {
  if (Socket !== undefined) {
    if (!Socket.startsWith('unix://')) throw new ConfigError(`${file}: Socket must begin with unix://`);
    return Socket;
  }
  if (SidecarPort === undefined) return undefined;
  if (!/^\d{1,5}$/.test(SidecarPort)) throw new ConfigError(`${file}: SidecarPort must be a port number`);
  return `http://127.0.0.1:${SidecarPort}`;
}

function commandsOf(file: LegacyFile, { file: name }: LegacySource): NonNullable<SlurmConfigInput['commands']> {
  // The Go plugin gave them to a shell, so they may hold a wrapper, e.g. `ssh host squeue`.
  const split = (key: 'SbatchPath' | 'ScancelPath' | 'SqueuePath'): string[] | undefined =>
    file[key] === undefined ? undefined : withConfigError(() => splitWords(file[key] ?? '', `${name}: ${key}`));
  const sbatch = split('SbatchPath');
  return {
    ...defined('sbatch', sbatch),
    ...defined('scancel', split('ScancelPath') ?? besideOf(sbatch, 'scancel')),
    ...defined('squeue', split('SqueuePath') ?? besideOf(sbatch, 'squeue')),
    ...defined('scontrol', besideOf(sbatch, 'scontrol')),
    ...defined('sacct', besideOf(sbatch, 'sacct')),
    ...defined('srun', besideOf(sbatch, 'srun')),
  };
}

/** The Go plugin's file does not name all programs: the others are where `sbatch` is, behind the same wrapper. */
function besideOf(sbatch: readonly string[] | undefined, program: string): string[] | undefined {
  const path = sbatch?.at(-1);
  if (sbatch === undefined || path === undefined) return undefined;
  return [...sbatch.slice(0, -1), path.replace(/[^/]*$/, program)];
}

function flagsOf(lines: readonly string[], field: string): string[] {
  return withConfigError(() => lines.flatMap((line) => parseFlags(line, field)).map(formatFlag));
}

function withConfigError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    throw new ConfigError(error.message, { cause: error });
  }
}

/** `16G`, `32000M`, `…K` as Slurm means them: powers of 1024. */
function memoryOf(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : text.replace(/^(\d+)([KMGT])B?$/i, (_, digits: string, unit: string) => `${digits}${unit.toUpperCase()}i`);
}

function runtimeOf(file: LegacyFile, { file: name }: LegacySource): Partial<SlurmConfigInput> {
  const runtime = file.ContainerRuntime ?? 'singularity';
  if (runtime !== 'singularity' && runtime !== 'enroot')
    throw new ConfigError(`${name}: ContainerRuntime must be singularity or enroot`);
  const images = defined('prefix', file.ImagePrefix);
  if (runtime === 'enroot') {
    const options = defined('options', file.EnrootDefaultOptions ?? undefined);
    return { runtime: 'enroot', enroot: { program: file.EnrootPath ?? 'enroot', ...options }, images };
  }
  const apptainer = {
    program: file.SingularityPath ?? 'singularity',
    ...defined('options', file.SingularityDefaultOptions ?? undefined),
  };
  return { runtime: 'apptainer', apptainer, images };
}

function keyWarnings(value: unknown, source: LegacySource): readonly string[] {
  return unknownKeys(value, legacyKeys).map(({ path, nearest }) => {
    const hint = nearest === undefined ? '' : `; ${JSON.stringify(nearest)} is known`;
    return `${source.file}: nothing reads the key ${path}${hint}`;
  });
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value;
}

function valueWarnings(file: LegacyFile, value: unknown, { file: name, environment }: LegacySource): readonly string[] {
  const isSet = (key: keyof LegacyFile): boolean =>
    file[key] !== undefined && file[key] !== null && file[key] !== false;
  const warnings: readonly (readonly [boolean, string])[] = [
    [
      isSet('SidecarPort') && !isSet('Socket') && file.Extensions?.['address'] === undefined,
      `${name}: SidecarPort is opened on loopback only; for all interfaces set Extensions.address with TLS and tokenFile`,
    ],
    [
      isSet('SinfoPath'),
      `${name}: SinfoPath has no effect: nodes are asked for by scontrol, set Extensions.commands.scontrol`,
    ],
    [file.ExportPodData === false, `${name}: ExportPodData: false has no effect: volumes are always there`],
    [file.EnableProbes === false, `${name}: EnableProbes: false has no effect: probes are always run`],
    [
      file.Tsocks === true || environment[environmentSwitches.tsocks] === 'true',
      `${name}: Tsocks has no effect: set up a proxy in CommandPrefix where containers need one`,
    ],
    [
      isSet('DefaultUID') || Object.values(file.Flavors ?? {}).some(({ UID }) => UID !== undefined && UID !== null),
      `${name}: DefaultUID and Flavors.*.UID have no effect: jobs run as the user that the plugin runs as`,
    ],
    [
      isSet('DefaultFlavor') && !hasDefaultFlavor(file),
      `${name}: DefaultFlavor has no effect: Flavors has no ${JSON.stringify(file.DefaultFlavor)}`,
    ],
    ...unusedKeys.map((key) => [hasKey(value, key), `${name}: ${key} has no effect, as in the Go plugin`] as const),
  ];
  return warnings.filter(([applies]) => applies).map(([, text]) => text);
}

type Defined<Key extends string, Value> = { readonly [K in Key]?: Value };

/** `{ key: value }`, or nothing where the value is absent. */
function defined<Key extends string, Value>(key: Key, value: Value | undefined): Defined<Key, Value> {
  return (value === undefined ? {} : { [key]: value }) as Defined<Key, Value>;
}
