import type { KubeClient } from '@interlink/kube';
import {
  isInterLinkError,
  NotFoundError,
  UnavailableError,
  UnsupportedError,
  type Node,
  type NodeCondition,
} from '@interlink/spec';
import type { HopCheck } from './check-hop.ts';

interface Lease {
  readonly spec?: { readonly renewTime?: string };
}

const staleLeaseSeconds = 60;
const nodeRole = 'virtual-node.interlink/type=virtual-kubelet';

function condition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((entry) => entry.type === type);
}

/** Names of the virtual nodes in the cluster. */
export async function virtualNodeNames(client: KubeClient): Promise<readonly string[]> {
  const query = { labelSelector: nodeRole };
  const list = await client.request<{ items: readonly Node[] }>({ method: 'GET', path: '/api/v1/nodes', query });
  return list.items.map((node) => node.metadata?.name ?? '');
}

function clusterCheck(client: KubeClient): HopCheck {
  return {
    hop: 'cluster',
    advice: 'check --kubeconfig, and that the API server is reachable from here',
    look: async () => {
      const { gitVersion } = await client.request<{ gitVersion: string }>({ method: 'GET', path: '/version' });
      return `Kubernetes ${gitVersion} at ${client.server}`;
    },
  };
}

function leaseCheck(client: KubeClient, nodeName: string): HopCheck {
  return {
    hop: 'virtual kubelet',
    advice: 'the virtual kubelet does not run or cannot reach the API server: read its log',
    look: async () => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`;
      const lease = await client.request<Lease>({ method: 'GET', path });
      const ageSeconds = (Date.now() - Date.parse(lease.spec?.renewTime ?? '')) / 1000;
      if (!(ageSeconds < staleLeaseSeconds)) {
        throw new UnavailableError(`node ${nodeName} last renewed its lease ${Math.round(ageSeconds)} s ago`);
      }
      return `node ${nodeName} renewed its lease ${Math.round(ageSeconds)} s ago`;
    },
  };
}

function connectivityCheck(client: KubeClient, nodeName: string): HopCheck {
  return {
    hop: 'hop to the API',
    advice:
      'check InterlinkURL and InterlinkPort, the token and the certificates in the configuration of the virtual kubelet',
    look: async () => {
      const node = await client.request<Node>({ method: 'GET', path: `/api/v1/nodes/${nodeName}` });
      const connectivity = condition(node, 'InterlinkConnectivity');
      if (connectivity === undefined) throw new NotFoundError(`node ${nodeName} has not pinged its interLink API yet`);
      if (connectivity.status !== 'True') throw new UnavailableError(connectivity.message ?? 'the ping fails');
      const ready = condition(node, 'Ready');
      if (ready?.status !== 'True')
        throw new UnavailableError(`the ping succeeds, but the node is not Ready: ${ready?.message ?? ''}`);
      return `the virtual kubelet's pings succeed, node ${nodeName} is Ready`;
    },
  };
}

/** The API server takes no node proxy to a loopback address, though it fetches logs from there. */
function explainLoopback(error: unknown): never {
  if (!isInterLinkError(error) || !error.message.includes('address not allowed')) throw error;
  throw new UnsupportedError('it listens on loopback, which only kubectl logs can show to work', { cause: error });
}

function kubeletCheck(client: KubeClient, nodeName: string): HopCheck {
  return {
    hop: 'kubelet API',
    advice:
      'kubectl logs will fail: check KUBELET_URL, KUBELET_PORT and POD_IP, the serving certificate, and that the API server can connect to them',
    look: async () => {
      const path = `/api/v1/nodes/${nodeName}/proxy/runningpods/`;
      const { items } = await client
        .request<{ items?: readonly unknown[] | null }>({ method: 'GET', path })
        .catch(explainLoopback);
      return `the API server reaches it; ${items?.length ?? 0} pods on the node`;
    },
  };
}

/** What a cluster can tell of one virtual node. */
export function clusterChecks(client: KubeClient, nodeName: string | undefined): readonly HopCheck[] {
  if (nodeName === undefined) {
    return [
      clusterCheck(client),
      {
        hop: 'virtual kubelet',
        advice: 'start interlink-virtual-kubelet, or name its node with --node',
        look: () => Promise.reject(new NotFoundError('no node of the cluster is a virtual node of interLink')),
      },
    ];
  }
  return [
    clusterCheck(client),
    leaseCheck(client, nodeName),
    kubeletCheck(client, nodeName),
    connectivityCheck(client, nodeName),
  ];
}
