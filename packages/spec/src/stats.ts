/** Processor time, as in the kubelet's `Summary`. What is not known is absent. */
export interface CpuStats {
  /** When it was measured, RFC 3339. */
  readonly time: string;
  /** Mean use since an earlier measurement, in billionths of a core. */
  readonly usageNanoCores?: number;
  /** Use since the start, in core-nanoseconds. Never falls while a container runs. */
  readonly usageCoreNanoSeconds?: number;
}

/** Memory, as in the kubelet's `Summary`. What is not known is absent. */
export interface MemoryStats {
  /** When it was measured, RFC 3339. */
  readonly time: string;
  readonly availableBytes?: number;
  readonly usageBytes?: number;
  /** What cannot be taken away without harm. */
  readonly workingSetBytes?: number;
  /** What no file stands behind. */
  readonly rssBytes?: number;
}

/** One run of a container. */
export interface ContainerStats {
  readonly name: string;
  /** RFC 3339. */
  readonly startTime: string;
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
}

/** One pod: the sums of its running containers, and each of them. */
export interface PodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  /** RFC 3339. */
  readonly startTime?: string;
  readonly containers: readonly ContainerStats[];
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
}

/** What a plugin answers to `GET /stats`: of the kubelet's `Summary`, the pods whose containers run. */
export interface PluginStats {
  readonly pods: readonly PodStats[];
}
