/** What an operator may set about pods. The first six are the Go virtual kubelet's keys; all are optional. */
export interface PodSettings {
  /** `KubernetesApiAddr`: address under which the pods' containers reach the API server. Set with the port, it is put into their environment. */
  readonly kubernetesApiAddress?: string | undefined;
  /** `KubernetesApiPort`. */
  readonly kubernetesApiPort?: string | undefined;
  /** `KubernetesApiCaCrt`: certificate as PEM text, in place of what the ConfigMap `kube-root-ca.crt` says. */
  readonly kubernetesApiCaCertificate?: string | undefined;
  /** `DisableProjectedVolumes`: projected and downwardAPI volumes are not resolved, the plugin gets them as written. Default false. */
  readonly disableProjectedVolumes?: boolean | undefined;
  /**
   * `SkipDownwardAPIResolution`: the lenient mode. No variables of Services, and an environment variable whose field cannot be read
   * keeps its `valueFrom` for the plugin instead of failing the pod. Default false.
   */
  readonly skipDownwardApiResolution?: boolean | undefined;
  /** `JobScriptBuilderURL`: sent with every pod. Default: empty, no builder. */
  readonly jobScriptBuilderUrl?: string | undefined;
  /** Seconds between two status questions, each for all pods at once. Default 5. */
  readonly statusIntervalSeconds?: number | undefined;
  /** The same while the peer pushes changes by itself. Default 30. */
  readonly pushedStatusIntervalSeconds?: number | undefined;
  /** A pod whose job the backend positively does not have, for this long, becomes Failed. 0: never. Default 300. */
  readonly lostAfterSeconds?: number | undefined;
  /** The condition of a pod says that its state is unknown, after the backend could not be asked or was silent for this long. Default 60. */
  readonly unknownAfterSeconds?: number | undefined;
  /** A pod of whose job nothing is known, for this long without a break, becomes Failed although the job may run. 0: never. Default 0. */
  readonly unknownLostAfterSeconds?: number | undefined;
  /** A pod is removed without the backend's confirmation this long after its deletion was due, with a warning. 0: never. Default 86400. */
  readonly abandonDeletionAfterSeconds?: number | undefined;
  /**
   * Seconds for which a pod stays on the node while the cluster takes the node for unreachable or not ready, unless its author chose a time. 0: what the
   * cluster gives. Default 2,592,000: 30 days.
   */
  readonly outageTolerationSeconds?: number | undefined;
  /** Seconds that the cluster gives pods by itself (`--default-unreachable-toleration-seconds` of the API server), taken for nobody's choice. Default 300. */
  readonly defaultTolerationSeconds?: number | undefined;
  /** A job without a pod is deleted after this time. Default 60. */
  readonly orphanAfterSeconds?: number | undefined;
  /** Seconds between two looks for jobs without a pod. Default 300. */
  readonly sweepIntervalSeconds?: number | undefined;
  /**
   * Seconds between two looks at the ConfigMaps and Secrets of pods that the backend holds; what changed is sent to a backend that takes updates.
   * 0: never, tokens are renewed all the same. Default 60.
   */
  readonly volumeRefreshSeconds?: number | undefined;
  /** Pods worked on at the same time; most of them wait for an answer. Default 96. */
  readonly workers?: number | undefined;
}

/** {@link PodSettings} with every default filled in. */
export interface EffectivePodSettings extends PodSettings {
  readonly disableProjectedVolumes: boolean;
  readonly skipDownwardApiResolution: boolean;
  readonly jobScriptBuilderUrl: string;
  readonly statusIntervalSeconds: number;
  readonly pushedStatusIntervalSeconds: number;
  readonly lostAfterSeconds: number;
  readonly unknownAfterSeconds: number;
  readonly unknownLostAfterSeconds: number;
  readonly abandonDeletionAfterSeconds: number;
  readonly outageTolerationSeconds: number;
  readonly defaultTolerationSeconds: number;
  readonly orphanAfterSeconds: number;
  readonly sweepIntervalSeconds: number;
  readonly volumeRefreshSeconds: number;
  readonly workers: number;
}

/** The settings with their defaults. */
export function withPodDefaults(settings: PodSettings): EffectivePodSettings {
  return {
    ...settings,
    disableProjectedVolumes: settings.disableProjectedVolumes ?? false,
    skipDownwardApiResolution: settings.skipDownwardApiResolution ?? false,
    jobScriptBuilderUrl: settings.jobScriptBuilderUrl ?? '',
    statusIntervalSeconds: settings.statusIntervalSeconds ?? 5,
    pushedStatusIntervalSeconds: settings.pushedStatusIntervalSeconds ?? 30,
    lostAfterSeconds: settings.lostAfterSeconds ?? 300,
    unknownAfterSeconds: settings.unknownAfterSeconds ?? 60,
    unknownLostAfterSeconds: settings.unknownLostAfterSeconds ?? 0,
    abandonDeletionAfterSeconds: settings.abandonDeletionAfterSeconds ?? 86_400,
    outageTolerationSeconds: settings.outageTolerationSeconds ?? 2_592_000,
    defaultTolerationSeconds: settings.defaultTolerationSeconds ?? 300,
    orphanAfterSeconds: settings.orphanAfterSeconds ?? 60,
    sweepIntervalSeconds: settings.sweepIntervalSeconds ?? 300,
    volumeRefreshSeconds: settings.volumeRefreshSeconds ?? 60,
    workers: settings.workers ?? 96,
  };
}
