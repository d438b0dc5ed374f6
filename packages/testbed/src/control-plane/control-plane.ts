import type { Component } from '../binaries/programs.ts';
import type { ControlPlaneCertificates } from '../certificates/control-plane-certificates.ts';

/** How a component is stopped. */
export interface StopOptions {
  /** Time between SIGTERM and SIGKILL. Default 10; 0 is SIGKILL at once, as a crash. */
  readonly graceSeconds?: number;
}

/**
 * A running Kubernetes control plane. Disposing stops it and removes its directory; one that was started with `keep` is left
 * alone and ends by {@link stopControlPlane}.
 */
export interface ControlPlane extends AsyncDisposable {
  readonly directory: string;
  /** Address of the API server, `https://127.0.0.1:port`. */
  readonly server: string;
  /** The administrator's kubeconfig (`system:masters`), with its certificates inside. */
  readonly kubeconfigFile: string;
  /** Path of the `kubectl` that belongs to it. */
  readonly kubectl: string;
  /**
   * The certificates, as files. `clusterAuthority` is what a kubelet needs as client CA; `kubeletClient` is what the API server
   * shows to it.
   */
  readonly certificates: ControlPlaneCertificates;
  /** The file that a component's output is appended to. */
  logFile(component: Component): string;
  /** Stops one component, for tests of faults. */
  stop(component: Component, options?: StopOptions): Promise<void>;
  /** Starts a stopped component on its old port and data; resolves when it serves. */
  start(component: Component): Promise<void>;
  /** {@link stop}, then {@link start}. */
  restart(component: Component, options?: StopOptions): Promise<void>;
  /**
   * Approves requests for kubelet serving certificates until the signal aborts; the controller manager signs them, but approves
   * none by itself.
   */
  approveServingCertificates(options: { readonly signal: AbortSignal }): Promise<void>;
}
