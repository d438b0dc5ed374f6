import { annotations, type Node, type NodeCondition, type Taint } from '@interlink/spec';
import type { NodeSettings } from '../config/virtual-kubelet-config.ts';
import { buildConditions } from './build-conditions.ts';
import type { NodeState } from './node-state.ts';
import { systemTaint } from './read-taints.ts';

/** What of a Node never changes while the process runs. */
export interface NodeIdentity {
  readonly name: string;
  readonly settings: NodeSettings;
  /** Port of the kubelet API. */
  readonly kubeletPort: number;
  /** Version that `kubectl get nodes` shows. */
  readonly version: string;
}

/** A `v1.NodeStatus` as it is written. */
export type NodeStatus = NonNullable<Node['status']> & {
  /** Since Kubernetes 1.35; older API servers drop it. */
  readonly declaredFeatures?: readonly string[];
};

/** Annotation with what this program set on the Node, so that it can be taken away again after a restart. */
export const managedAnnotation = 'interlink.eu/managed';

const longestPingAnnotation = 8192;

/** API servers since 1.36 hand WebSockets on to a kubelet that declares it, and reach others by SPDY. */
const declaredFeatures = ['ExtendWebSocketsToKubelet'];

/** The labels of the node: those of every virtual node, those announced, those configured; the later wins, but no announcement changes the first. */
export function buildLabels(identity: NodeIdentity, state: NodeState): Record<string, string> {
  return {
    ...state.announcedLabels,
    'alpha.service-controller.kubernetes.io/exclude-balancer': 'true',
    'kubernetes.io/hostname': identity.name,
    // Not linux, as in the Go virtual kubelet: DaemonSets that select linux must stay away.
    'kubernetes.io/os': 'virtual-kubelet',
    'kubernetes.io/role': 'agent',
    'node.kubernetes.io/exclude-from-external-load-balancers': 'true',
    'virtual-node.interlink/type': 'virtual-kubelet',
    ...identity.settings.labels,
  };
}

/** The taints of the node that are ours. */
export function buildTaints(identity: NodeIdentity, state: NodeState): readonly Taint[] {
  return identity.settings.openToAllPods === true ? state.taints : [systemTaint, ...state.taints];
}

/** The annotations of the node that are ours, without {@link managedAnnotation}. */
export function buildAnnotations(state: NodeState): Record<string, string> {
  const text = state.ping.kind === 'answered' ? state.ping.text : '';
  return { [annotations.pingResponse]: text.length > longestPingAnnotation ? '{"status":"too long to show"}' : text };
}

/** The status of the node; `previous` are the conditions that the Node object has. */
export function buildStatus(
  identity: NodeIdentity,
  state: NodeState,
  options: { previous: readonly NodeCondition[]; now: string },
): NodeStatus {
  const { internalIp, hostname } = identity.settings;
  return {
    capacity: { ...state.capacity },
    allocatable: { ...state.capacity },
    conditions: [...buildConditions(state, options.previous, options.now)],
    addresses: [
      { type: 'InternalIP', address: internalIp },
      ...(hostname === undefined ? [] : [{ type: 'Hostname', address: hostname }]),
    ],
    declaredFeatures,
    daemonEndpoints: { kubeletEndpoint: { Port: identity.kubeletPort } },
    nodeInfo: {
      architecture: 'virtual-kubelet',
      operatingSystem: 'linux',
      kubeletVersion: identity.version,
      kubeProxyVersion: '',
      bootID: '',
      containerRuntimeVersion: '',
      kernelVersion: '',
      machineID: '',
      osImage: '',
      systemUUID: '',
    },
  };
}
