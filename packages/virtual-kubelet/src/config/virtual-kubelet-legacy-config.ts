import { homedir } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { readOAuthConfig, type RemoteTls } from '@interlink/plugin-sdk';
import { checkConfig, ConfigError, unknownKeys } from '@interlink/runtime';
import { isLabelValue, isQualifiedName } from '../node/label-syntax.ts';
import { readTaints } from '../node/read-taints.ts';
import type { PodSettings } from '../pods/pod-settings.ts';
import { findInternalIp } from './find-internal-ip.ts';
import { readCapacity } from './read-capacity.ts';
import type {
  CertificateSettings,
  InterLinkConnection,
  KubeletSettings,
  NodeSettings,
  VirtualKubeletConfig,
} from './virtual-kubelet-config.ts';
import { legacyFileSchema, legacyKeys, type LegacyFile } from './virtual-kubelet-legacy-schema.ts';

/** A configuration with what is worth telling the administrator. */
export interface LoadedVirtualKubeletConfig {
  readonly config: VirtualKubeletConfig;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Where a legacy configuration comes from. */
export interface LegacySource {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `-nodename`, which wins over the environment. */
  readonly nodeName?: string | undefined;
}

/** Where the kubelet API listens when nothing says otherwise. */
export const defaultPort = 5820;
const highestPort = 65_535;
/** What Kubernetes takes for the name of a node. */
export const nodeNamePattern = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * The configuration of a virtual node from what the Go virtual kubelet's YAML file holds, and from its environment names. Unknown and misspelt
 * keys give a warning, because the Go program ignored them.
 *
 * @throws ConfigError naming file (or environment name) and key.
 */
export function readLegacyConfig(value: unknown, source: LegacySource): LoadedVirtualKubeletConfig {
  const file = checkConfig(legacyFileSchema, value, { source: source.file });
  const nodeName = readNodeName(source);
  const warnings = [...keyWarnings(value, source), ...valueWarnings(file, source)];
  const kubelet = readKubelet(file, source, nodeName);
  const interLink = readConnection(file, source);
  const config: VirtualKubeletConfig = {
    nodeName,
    ...defined('kubeconfigFile', environmentText(source, 'KUBECONFIG')),
    ...defined('interLink', interLink),
    node: readNode(file, source, { host: kubelet.host, warnings }),
    ping: {
      intervalSeconds: file.Extensions?.PingIntervalSeconds ?? 30,
      failuresBeforeNotReady: file.Extensions?.PingFailuresBeforeNotReady ?? 3,
    },
    kubelet,
    pods: readPods(file),
    logLevel: file.VerboseLogging === true ? 'debug' : file.ErrorsOnlyLogging === true ? 'error' : 'info',
  };
  return { config, warnings };
}

function readNodeName(source: LegacySource): string {
  const name = source.nodeName ?? environmentText(source, 'NODENAME');
  if (name === undefined) throw new ConfigError('the name of the node is required: set NODENAME or --nodename');
  if (!nodeNamePattern.test(name))
    throw new ConfigError(
      `${JSON.stringify(name)} cannot be the name of a node: lower-case letters, digits, '-' and '.'`,
    );
  return name;
}

/** The Go program appends the port to every URL but a unix socket's. */
function readConnection(file: LegacyFile, source: LegacySource): InterLinkConnection | undefined {
  if (file.InterlinkURL === undefined) return undefined;
  const isUnix = file.InterlinkURL.startsWith('unix://');
  if (!isUnix && !/^https?:\/\//.test(file.InterlinkURL)) {
    throw new ConfigError(`${source.file}: InterlinkURL must begin with http://, https:// or unix://`);
  }
  const bare = file.InterlinkURL.replace(/\/+$/, '');
  const url = isUnix || file.InterlinkPort === undefined ? file.InterlinkURL : `${bare}:${file.InterlinkPort}`;
  if (!URL.canParse(url)) throw new ConfigError(`${source.file}: InterlinkURL and InterlinkPort give no URL: ${url}`);
  const tls = readTls(file);
  const { environment } = source;
  const oauth = readOAuthConfig(file.Extensions?.OAuth2, { where: `${source.file}: Extensions.OAuth2`, environment });
  return {
    url,
    ...defined('tokenFile', file.VKTokenFile),
    ...defined('oauth', oauth),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

/** `TLS.*` when enabled, else `HTTP.*`; the same for every call, logs included. */
function readTls(file: LegacyFile): RemoteTls {
  if (file.TLS?.Enabled === true) {
    return {
      ...defined('caFile', file.TLS.CACertFile),
      ...defined('certFile', file.TLS.CertFile),
      ...defined('keyFile', file.TLS.KeyFile),
    };
  }
  return {
    ...defined('caFile', file.HTTP?.CaCert),
    ...(file.HTTP?.Insecure === true ? { insecureSkipVerify: true } : {}),
  };
}

function readNode(file: LegacyFile, source: LegacySource, context: { host: string; warnings: string[] }): NodeSettings {
  const { capacity, labels: modelLabels } = readCapacity(file.Resources, source.file);
  const written = (file.NodeTaints ?? []).map(({ Key, Value, Effect }) => ({ key: Key, value: Value, effect: Effect }));
  const { taints, problems } = readTaints(written);
  context.warnings.push(...problems.map((problem) => `${source.file}: NodeTaints: ${problem}`));
  const internalIp = environmentText(source, 'POD_IP');
  if (internalIp !== undefined && isIP(internalIp) === 0)
    throw new ConfigError(`environment POD_IP is no IP address: ${JSON.stringify(internalIp)}`);
  return {
    internalIp: internalIp ?? findInternalIp(context.host),
    ...defined('hostname', file.Extensions?.NodeHostname),
    ...defined('openToAllPods', file.Extensions?.OpenToAllPods ?? undefined),
    ...defined('podCidr', file.PodCIDR?.Subnet),
    labels: { ...modelLabels, ...readLabels(file, source, context.warnings) },
    taints,
    capacity,
  };
}

function readLabels(file: LegacyFile, source: LegacySource, warnings: string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const text of file.NodeLabels ?? []) {
    const [key = '', value = '', ...rest] = text.split('=').map((part) => part.trim());
    if (text.includes('=') && rest.length === 0 && isQualifiedName(key) && isLabelValue(value)) labels[key] = value;
    else
      warnings.push(
        `${source.file}: NodeLabels: ${JSON.stringify(text)} is no label of the form key=value and is left out`,
      );
  }
  return labels;
}

function readKubelet(file: LegacyFile, source: LegacySource, nodeName: string): KubeletSettings {
  const written = environmentText(source, 'KUBELET_PORT') ?? String(defaultPort);
  const port = Number(written);
  if (!Number.isInteger(port) || port < 0 || port > highestPort)
    throw new ConfigError(`environment KUBELET_PORT is no port: ${JSON.stringify(written)}`);
  return {
    host: environmentText(source, 'KUBELET_URL') ?? '0.0.0.0',
    port,
    certificate: readCertificate(file, source, nodeName),
    ...defined('clientCaFile', file.Extensions?.ClientCAFile),
  };
}

function readCertificate(file: LegacyFile, source: LegacySource, nodeName: string): CertificateSettings {
  const { KubeletCertFile: certFile, KubeletKeyFile: keyFile } = file;
  if (certFile !== undefined && keyFile !== undefined) return { kind: 'files', certFile, keyFile };
  if (file.DisableCSR === true) return { kind: 'self-signed' };
  const state = environmentText(source, 'XDG_STATE_HOME') ?? join(homedir(), '.local', 'state');
  return {
    kind: 'request',
    signerName: file.KubeletCSRSignerName ?? 'kubernetes.io/kubelet-serving',
    directory: file.Extensions?.CertificateDirectory ?? join(state, 'interlink', nodeName),
  };
}

function readPods(file: LegacyFile): PodSettings {
  const extensions = file.Extensions;
  return {
    kubernetesApiAddress: file.KubernetesApiAddr,
    kubernetesApiPort: file.KubernetesApiPort,
    kubernetesApiCaCertificate: file.KubernetesApiCaCrt,
    disableProjectedVolumes: file.DisableProjectedVolumes,
    skipDownwardApiResolution: file.SkipDownwardAPIResolution,
    jobScriptBuilderUrl: file.JobScriptBuilderURL,
    statusIntervalSeconds: extensions?.StatusIntervalSeconds,
    pushedStatusIntervalSeconds: extensions?.PushedStatusIntervalSeconds,
    lostAfterSeconds: extensions?.LostAfterSeconds,
    unknownAfterSeconds: extensions?.UnknownAfterSeconds,
    unknownLostAfterSeconds: extensions?.UnknownLostAfterSeconds,
    abandonDeletionAfterSeconds: extensions?.AbandonDeletionAfterSeconds,
    outageTolerationSeconds: extensions?.OutageTolerationSeconds,
    defaultTolerationSeconds: extensions?.DefaultTolerationSeconds,
    orphanAfterSeconds: extensions?.OrphanAfterSeconds,
    sweepIntervalSeconds: extensions?.SweepIntervalSeconds,
    volumeRefreshSeconds: extensions?.VolumeRefreshSeconds,
    workers: extensions?.Workers,
  };
}

function getsToken(file: LegacyFile, source: LegacySource): boolean {
  return file.Extensions?.OAuth2 != null || environmentText(source, 'IAM_TOKEN_ENDPOINT') !== undefined;
}

function keyWarnings(value: unknown, source: LegacySource): string[] {
  return unknownKeys(value, legacyKeys).map(({ path, nearest }) => {
    const hint = nearest === undefined ? '' : `; ${JSON.stringify(nearest)} is known`;
    return `${source.file}: nothing reads the key ${path}${hint}`;
  });
}

function valueWarnings(file: LegacyFile, source: LegacySource): string[] {
  const halfPair = (file.KubeletCertFile === undefined) !== (file.KubeletKeyFile === undefined);
  const warnings: readonly (readonly [boolean, string])[] = [
    [halfPair, `${source.file}: KubeletCertFile and KubeletKeyFile count only together`],
    [
      file.VKTokenFile !== undefined && file.VKTokenFile !== '/dev/null' && getsToken(file, source),
      `${source.file}: VKTokenFile has no effect: the token is got by Extensions.OAuth2 or IAM_TOKEN_ENDPOINT`,
    ],
    [
      file.HTTP?.Insecure === true && file.TLS?.Enabled !== true && file.InterlinkURL?.startsWith('https://') === true,
      `${source.file}: HTTP.Insecure: the certificate of the interLink API is not checked`,
    ],
    [
      file.Network?.EnableTunnel === true,
      `${source.file}: Network.EnableTunnel has no effect: port exposure is not offered`,
    ],
    [
      file.Network?.FullMesh === true,
      `${source.file}: Network.FullMesh has no effect: the network mesh is not offered`,
    ],
  ];
  return warnings.filter(([applies]) => applies).map(([, text]) => text);
}

function environmentText(source: LegacySource, name: string): string | undefined {
  const text = source.environment[name]?.trim();
  return text === '' ? undefined : text;
}

type Defined<Key extends string, Value> = { readonly [K in Key]?: Value };

/** `{ key: value }`, or nothing where the value is absent. */
function defined<Key extends string, Value>(key: Key, value: Value | undefined): Defined<Key, Value> {
  return (value === undefined ? {} : { [key]: value }) as Defined<Key, Value>;
}
