import { components, type Component } from '../binaries/programs.ts';
import { isRunning } from '../components/process-identity.ts';
import { readControlPlaneState } from './control-plane-state.ts';

/** What runs in a control plane's directory. */
export interface ControlPlaneStatus {
  /** `absent`: there is no control plane in the directory. `partly`: some component has ended. */
  readonly state: 'absent' | 'stopped' | 'partly' | 'running';
  readonly components: Readonly<Record<Component, 'running' | 'stopped'>>;
  readonly server?: string;
  readonly kubeconfigFile?: string;
  /** Path of the client that belongs to it. */
  readonly kubectl?: string;
}

const allStopped: Record<Component, 'running' | 'stopped'> = {
  etcd: 'stopped',
  'kube-apiserver': 'stopped',
  'kube-controller-manager': 'stopped',
  'kube-scheduler': 'stopped',
};

/** Looks at the control plane in a directory, whichever process started it. Changes nothing. */
export async function controlPlaneStatus(directory: string): Promise<ControlPlaneStatus> {
  const state = await readControlPlaneState(directory);
  if (state === undefined) return { state: 'absent', components: allStopped };
  const found = { ...allStopped };
  for (const component of components) {
    const identity = state.components[component];
    if (identity !== undefined && (await isRunning(identity))) found[component] = 'running';
  }
  const running = components.filter((component) => found[component] === 'running').length;
  return {
    state: running === 0 ? 'stopped' : running < components.length ? 'partly' : 'running',
    components: found,
    server: state.server,
    kubeconfigFile: state.kubeconfigFile,
    kubectl: state.kubectl,
  };
}
