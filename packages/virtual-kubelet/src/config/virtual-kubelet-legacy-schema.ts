import { z } from 'zod';
import { oauthConfigSchema } from '@interlink/plugin-sdk';
import { pprofSchema, type KeyShape } from '@interlink/runtime';
import { optionalCount, optionalFlag, optionalSeconds, optionalText } from './legacy-values.ts';

/** The block of keys that the Go virtual kubelet does not have; strict, because nothing but this program reads it. */
export const extensionsSchema = z.strictObject({
  PingIntervalSeconds: optionalCount.describe('Seconds between two pings of the interLink API. Default: 30.'),
  PingFailuresBeforeNotReady: optionalCount.describe(
    'Failed pings in a row after which the node is not Ready. Default: 3.',
  ),
  OAuth2: oauthConfigSchema
    .nullish()
    .describe(
      'How the token for the interLink API is got, in place of VKTokenFile. Default: IAM_TOKEN_ENDPOINT and the like.',
    ),
  NodeHostname: optionalText.describe(
    'DNS name of the kubelet API for the Node object. Most API servers prefer it to the IP. Default: none.',
  ),
  OpenToAllPods: optionalFlag.describe(
    'True: the node has no taint of its own, so that pods without a toleration are bound to it. Default: false.',
  ),
  CertificateDirectory: optionalText.describe(
    'Keeps the requested serving certificate over restarts. Default: interlink/<node> in $XDG_STATE_HOME or ~/.local/state.',
  ),
  ClientCAFile: optionalText.describe(
    'Certificate authorities of the clients of the kubelet API, PEM. Default: those of the cluster.',
  ),
  StatusIntervalSeconds: optionalSeconds.describe(
    'Seconds between two status questions, each for all pods. Default: 5.',
  ),
  PushedStatusIntervalSeconds: optionalSeconds.describe('The same while the peer pushes changes. Default: 30.'),
  LostAfterSeconds: optionalSeconds.describe(
    'A pod whose job the backend positively does not have for this long becomes Failed. 0: never. Default: 300.',
  ),
  UnknownAfterSeconds: optionalSeconds.describe(
    'A pod says that its state is unknown when the backend was silent or could not be asked for this long. Default: 60.',
  ),
  UnknownLostAfterSeconds: optionalSeconds.describe(
    'A pod of whose job nothing can be known for this long becomes Failed, although the job may run. 0: never. Default: 0.',
  ),
  AbandonDeletionAfterSeconds: optionalSeconds.describe(
    'A deleted pod leaves without the confirmation of the backend after this time. 0: never. Default: 86,400.',
  ),
  OutageTolerationSeconds: optionalSeconds.describe(
    'A pod stays for this long on a node that the cluster takes for unreachable or not ready, unless its author chose a time. 0: what the cluster gives. Default: 2,592,000.',
  ),
  DefaultTolerationSeconds: optionalSeconds.describe(
    'What the API server gives pods by itself (--default-unreachable-toleration-seconds); taken for nobody’s choice. Default: 300.',
  ),
  OrphanAfterSeconds: optionalSeconds.describe('A job without a pod is deleted after this time. Default: 60.'),
  SweepIntervalSeconds: optionalSeconds.describe('Seconds between two looks for jobs without a pod. Default: 300.'),
  VolumeRefreshSeconds: optionalSeconds.describe(
    'Seconds between two looks at the ConfigMaps and Secrets of running pods. 0: never. Default: 60.',
  ),
  Workers: optionalCount.describe('Pods worked on at the same time. Default: 96.'),
});

const acceleratorSchema = z.object({
  ResourceType: optionalText,
  Model: optionalText,
  Available: optionalText,
});

const taintSchema = z.object({ Key: optionalText, Value: optionalText, Effect: optionalText });

/** The YAML file of the Go virtual kubelet, with the {@link extensionsSchema} block. Loose: unknown keys are warned about elsewhere. */
export const legacyFileSchema = z.object({
  InterlinkURL: optionalText,
  InterlinkPort: optionalText,
  KubernetesApiAddr: optionalText,
  KubernetesApiPort: optionalText,
  KubernetesApiCaCrt: optionalText,
  DisableProjectedVolumes: optionalFlag,
  JobScriptBuilderURL: optionalText,
  VKTokenFile: optionalText,
  PodCIDR: z.object({ Subnet: optionalText }).nullish(),
  VerboseLogging: optionalFlag,
  ErrorsOnlyLogging: optionalFlag,
  HTTP: z.object({ Insecure: optionalFlag, CaCert: optionalText }).nullish(),
  KubeletCertFile: optionalText,
  KubeletKeyFile: optionalText,
  KubeletCSRSignerName: optionalText,
  DisableCSR: optionalFlag,
  Resources: z
    .object({
      CPU: optionalText,
      Memory: optionalText,
      Pods: optionalText,
      Accelerators: z.array(acceleratorSchema).nullish(),
    })
    .nullish(),
  NodeLabels: z.array(z.string()).nullish(),
  NodeTaints: z.array(taintSchema).nullish(),
  TLS: z
    .object({ Enabled: optionalFlag, CertFile: optionalText, KeyFile: optionalText, CACertFile: optionalText })
    .nullish(),
  SkipDownwardAPIResolution: optionalFlag,
  Pprof: pprofSchema.nullish(),
  Network: z.object({ EnableTunnel: optionalFlag, FullMesh: optionalFlag }).nullish(),
  Extensions: extensionsSchema.nullish(),
});

/** What the file says, checked. */
export type LegacyFile = z.output<typeof legacyFileSchema>;
/** One entry of `Resources.Accelerators`. */
export type LegacyAccelerator = z.output<typeof acceleratorSchema>;

/** Every key that the Go virtual kubelet or this program knows, for warnings about the others. */
export const legacyKeys: KeyShape = {
  ...Object.fromEntries(Object.keys(legacyFileSchema.shape).map((key) => [key, true as const])),
  // The Go program parses these and uses them for nothing.
  VKConfigPath: true,
  ServiceAccount: true,
  Namespace: true,
  PodIP: true,
  KubeletHTTP: { Insecure: true, CaCert: true },
  HTTP: { Insecure: true, CaCert: true },
  PodCIDR: { Subnet: true, MinIP: true, MaxIP: true },
  Resources: {
    CPU: true,
    Memory: true,
    Pods: true,
    Accelerators: [{ ResourceType: true, Model: true, Available: true }],
  },
  NodeTaints: [{ Key: true, Value: true, Effect: true }],
  TLS: { Enabled: true, CertFile: true, KeyFile: true, CACertFile: true },
  Pprof: { Enabled: true, Address: true, Port: true },
  Network: {
    EnableTunnel: true,
    WildcardDNS: true,
    WSTunnelExecutable: true,
    WstunnelTemplatePath: true,
    WstunnelCommand: true,
    FullMesh: true,
    MeshScriptTemplatePath: true,
    ServiceCIDR: true,
    PodCIDRCluster: true,
    DNSServiceIP: true,
    WireguardGoURL: true,
    WgToolURL: true,
    Slirp4netnsURL: true,
    UnshareMode: true,
  },
};
