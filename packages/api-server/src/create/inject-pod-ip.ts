import { isIP } from 'node:net';
import { annotations, InvalidInputError, type Pod } from '@interlink/spec';

/**
 * The pod with `status.podIP` set to its annotation `interlink.eu/pod-ip`; the pod itself where it has none.
 *
 * @throws InvalidInputError when the annotation is no IP address.
 */
export function injectPodIp(pod: Pod): Pod {
  const podIP = pod.metadata?.annotations?.[annotations.podIp]?.trim();
  if (podIP === undefined || podIP === '') return pod;
  if (isIP(podIP) === 0) {
    const field = `pod.metadata.annotations["${annotations.podIp}"]`;
    throw new InvalidInputError(`${field} is no IP address`, { field });
  }
  return { ...pod, status: { ...pod.status, podIP } };
}
