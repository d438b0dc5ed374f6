import type { LogLevel, ProfilingSettings } from '@interlink/runtime';
import type { VirtualKubeletConfig } from './virtual-kubelet-config.ts';

/** Configuration of a virtual kubelet process: one node or many. */
export interface VirtualKubeletProcessConfig {
  /** At least one; names and kubelet ports differ. */
  readonly nodes: readonly VirtualKubeletConfig[];
  /** Kubeconfig file that all nodes share. Default: the service account of the pod it runs in, else `~/.kube/config`. */
  readonly kubeconfigFile?: string;
  /** Set: replicas elect one that works, the others stand by. */
  readonly leaderElection?: LeaderElectionSettings;
  /** Set: health and metrics of the whole process. */
  readonly operations?: OperationsSettings;
  /** Set: profiles of the process, on loopback. */
  readonly profiling?: ProfilingSettings;
  /** Lines below this severity are not written. */
  readonly logLevel: LogLevel;
}

/** How replicas elect the one that works. */
export interface LeaderElectionSettings {
  /** Namespace of the lease. */
  readonly namespace: string;
  /** Name of the lease; replicas have the same. */
  readonly name: string;
  /** A lease that was not renewed for this long may be taken. */
  readonly leaseDurationSeconds: number;
  /** A leader that could not renew for this long stops working. Shorter than the lease lasts. */
  readonly renewDeadlineSeconds: number;
  /** Time between two tries. */
  readonly retryPeriodSeconds: number;
}

/** Where health and metrics are served over plain HTTP. */
export interface OperationsSettings {
  /** `host:port`. */
  readonly address: string;
  /** True: an address that other machines reach is taken, which is logged as a warning. */
  readonly insecure: boolean;
}
