import { checkConfig, ConfigError, readProfiling } from '@interlink/runtime';
import { mergeNodeEntry } from './merge-node-entry.ts';
import type { LeaderElectionSettings, OperationsSettings, VirtualKubeletProcessConfig } from './process-config.ts';
import { processExtensions, processFileSchema, type ProcessFile } from './process-file-schema.ts';
import type { VirtualKubeletConfig } from './virtual-kubelet-config.ts';
import { defaultPort, readLegacyConfig, type LegacySource } from './virtual-kubelet-legacy-config.ts';

/** A configuration with what is worth telling the administrator. */
export interface LoadedProcessConfig {
  readonly config: VirtualKubeletProcessConfig;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

interface ReadNodes {
  readonly nodes: readonly VirtualKubeletConfig[];
  readonly warnings: readonly string[];
}

/** Where the Go virtual kubelet serves its profiles. */
const goProfilingPort = 6060;

/**
 * The configuration of a process: what {@link readLegacyConfig} reads, for one node or for each entry of `Nodes`, and what is about all of them.
 *
 * @throws ConfigError naming file, entry and key.
 */
export function readProcessConfig(value: unknown, source: LegacySource): LoadedProcessConfig {
  const file = checkConfig(processFileSchema, value, { source: source.file });
  const defaults = withoutProcessKeys(value);
  const { nodes, warnings } = file.Nodes ? readEntries(file, defaults, value, source) : readOnlyNode(defaults, source);
  checkDistinct(nodes, file, source);
  const [first] = nodes as readonly [VirtualKubeletConfig];
  const { kubeconfigFile, logLevel } = first;
  const leaderElection = readLeaderElection(file, source, first.nodeName);
  const operations = readOperations(file);
  const { profiling, warnings: profilingWarnings } = readProfiling(file.Pprof, {
    ...source,
    defaultPort: goProfilingPort,
  });
  return {
    config: {
      nodes,
      ...(kubeconfigFile === undefined ? {} : { kubeconfigFile }),
      ...(leaderElection === undefined ? {} : { leaderElection }),
      ...(operations === undefined ? {} : { operations }),
      ...(profiling === undefined ? {} : { profiling }),
      logLevel,
    },
    warnings: [...new Set([...warnings, ...profilingWarnings])],
  };
}

type Section = Readonly<Record<string, unknown>>;

function withoutProcessKeys(value: unknown): Section {
  const { Nodes: _nodes, ...file } = (value ?? {}) as Record<string, unknown>;
  const extensions = Object.entries(file['Extensions'] ?? {}).filter(([key]) => !Object.hasOwn(processExtensions, key));
  return 'Extensions' in file ? { ...file, Extensions: Object.fromEntries(extensions) } : file;
}

function readOnlyNode(defaults: Section, source: LegacySource): ReadNodes {
  const { config, warnings } = readLegacyConfig(defaults, source);
  return { nodes: [config], warnings };
}

function readEntries(file: ProcessFile, defaults: Section, value: unknown, source: LegacySource): ReadNodes {
  const raw = (value as { Nodes: readonly Section[] }).Nodes;
  const named = source.nodeName ?? source.environment['NODENAME'];
  const warnings = named === undefined ? [] : [`${source.file}: NODENAME has no effect beside Nodes`];
  const read = raw.map((entry, index) => {
    const { NodeName = '', KubeletPort } = file.Nodes?.[index] ?? {};
    const port = KubeletPort ?? portOf(source, index);
    const shared = entry['InterlinkURL'] === undefined ? source.environment : withoutTokenNames(source.environment);
    const environment = { ...shared, ...(port === undefined ? {} : { KUBELET_PORT: String(port) }) };
    const where = `${source.file}: Nodes[${index}]`;
    return readLegacyConfig(mergeNodeEntry(defaults, entry, NodeName), {
      file: where,
      environment,
      nodeName: NodeName,
    });
  });
  return {
    nodes: read.map(({ config }) => config),
    warnings: [...warnings, ...read.flatMap((node) => node.warnings)],
  };
}

/** The environment's token is for the API server beside the list, and not for another site's. */
function withoutTokenNames(environment: LegacySource['environment']): LegacySource['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('IAM_')));
}

/** Undefined: what the environment says is no port, which is told with the first node. */
function portOf({ environment }: LegacySource, index: number): number | undefined {
  const first = Number(environment['KUBELET_PORT']?.trim() || defaultPort);
  // 0 takes a free one for each.
  return Number.isInteger(first) ? (first === 0 ? 0 : first + index) : undefined;
}

function checkDistinct(nodes: readonly VirtualKubeletConfig[], file: ProcessFile, source: LegacySource): void {
  if (!file.Nodes) return;
  const names = new Map<string, number>();
  const ports = new Map<number, number>();
  nodes.forEach(({ nodeName, kubelet: { port } }, index) => {
    const named = names.get(nodeName);
    if (named !== undefined)
      throw new ConfigError(
        `${source.file}: Nodes[${index}].NodeName: Nodes[${named}] has the name ${nodeName} already`,
      );
    const taken = port === 0 ? undefined : ports.get(port);
    if (taken !== undefined)
      throw new ConfigError(
        `${source.file}: Nodes[${index}].KubeletPort: Nodes[${taken}] has the port ${port} already`,
      );
    names.set(nodeName, index);
    ports.set(port, index);
  });
}

function readLeaderElection(
  { Namespace, Extensions }: ProcessFile,
  source: LegacySource,
  firstNode: string,
): LeaderElectionSettings | undefined {
  const written = Extensions?.LeaderElection;
  if (written?.Enabled !== true) return undefined;
  const settings = {
    namespace: written.Namespace ?? Namespace ?? 'kube-system',
    name: written.Name ?? `interlink-${firstNode}`,
    leaseDurationSeconds: written.LeaseDurationSeconds ?? 15,
    renewDeadlineSeconds: written.RenewDeadlineSeconds ?? 10,
    retryPeriodSeconds: written.RetryPeriodSeconds ?? 2,
  };
  checkTimes(settings, source);
  return settings;
}

/** As client-go asks for. Lease durations are whole seconds in the API. */
function checkTimes(settings: LeaderElectionSettings, source: LegacySource): void {
  const { leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = settings;
  const where = `${source.file}: Extensions.LeaderElection`;
  if (!Number.isInteger(leaseDurationSeconds) || leaseDurationSeconds < 1)
    throw new ConfigError(`${where}.LeaseDurationSeconds must be whole seconds, at least 1`);
  if (renewDeadlineSeconds >= leaseDurationSeconds)
    throw new ConfigError(`${where}.RenewDeadlineSeconds must be less than LeaseDurationSeconds`);
  if (retryPeriodSeconds <= 0 || retryPeriodSeconds * 1.2 >= renewDeadlineSeconds)
    throw new ConfigError(
      `${where}.RetryPeriodSeconds must be more than 0 and less than 1/1.2 of RenewDeadlineSeconds`,
    );
}

function readOperations({ Extensions }: ProcessFile): OperationsSettings | undefined {
  const { Address: address, Insecure: insecure = false } = Extensions?.Operations ?? {};
  return address === undefined ? undefined : { address, insecure };
}
