import { availableParallelism, totalmem } from 'node:os';
import type { VirtualKubeletConfig } from '@interlink/virtual-kubelet';

/** Name of the lab's virtual node. */
export const labNodeName = 'interlink';

/** Configuration of the lab's virtual node: reachable on loopback alone, and open to every pod, since it is the only node. */
export function labNodeConfig(): VirtualKubeletConfig {
  return {
    nodeName: labNodeName,
    node: {
      internalIp: '127.0.0.1',
      labels: {},
      taints: [],
      openToAllPods: true,
      capacity: { cpu: String(availableParallelism()), memory: String(totalmem()), pods: '110' },
    },
    ping: { intervalSeconds: 10, failuresBeforeNotReady: 3 },
    kubelet: { host: '127.0.0.1', port: 0, certificate: { kind: 'self-signed' } },
    pods: {},
    logLevel: 'info',
  };
}
