import { annotations, type Pod, type PodStatusV1 } from '@interlink/spec';

/** The addresses of a pod as the downward API gives them. */
export interface PodAddresses {
  readonly hostIp: string;
  readonly podIp: string;
}

/** The pod's own address is what its annotation says, else the node's. */
export function podAddresses(pod: Pod, nodeIp: string): PodAddresses {
  const own = pod.metadata?.annotations?.[annotations.podIp]?.trim() ?? '';
  return { hostIp: nodeIp, podIp: own === '' ? nodeIp : own };
}

/**
 * The addresses as a pod's status shows them. A loopback address is left out as the pod's: an EndpointSlice with one is refused as a whole,
 * so that one such pod would take a Service away from all others.
 */
export function addressStatus({ hostIp, podIp }: PodAddresses): PodStatusV1 {
  const host = { hostIP: hostIp, hostIPs: [{ ip: hostIp }] };
  return isLoopback(podIp) ? host : { ...host, podIP: podIp, podIPs: [{ ip: podIp }] };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
