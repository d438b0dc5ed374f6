import type { PodSettings } from '../pod-settings.ts';
import type { Variable } from './service-variables.ts';

/**
 * The `KUBERNETES_*` variables with an address of the API server that works where the pod runs; none unless address and port are set.
 * The names say 443 whatever the port is: this is what the Go virtual kubelet sends, and clients read the values.
 */
export function apiServerVariables(settings: PodSettings): readonly Variable[] {
  const { kubernetesApiAddress: address, kubernetesApiPort: port } = settings;
  if (address === undefined || address === '' || port === undefined || port === '') return [];
  const url = `tcp://${address}:${port}`;
  return [
    ['KUBERNETES_PORT', url],
    ['KUBERNETES_SERVICE_PORT', port],
    ['KUBERNETES_PORT_443_TCP_ADDR', address],
    ['KUBERNETES_PORT_443_TCP_PORT', port],
    ['KUBERNETES_PORT_443_TCP_PROTO', 'tcp'],
    ['KUBERNETES_PORT_443_TCP', url],
    ['KUBERNETES_SERVICE_PORT_HTTPS', port],
    ['KUBERNETES_SERVICE_HOST', address],
  ];
}
