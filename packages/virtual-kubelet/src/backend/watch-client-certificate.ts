import type { ConnectedKubeClient } from '@interlink/kube';
import { watchCertificates, type CertificateWatchContext } from '@interlink/runtime';

/**
 * Tells the end of the certificate by which the cluster knows this process, as metric and warning. What is in use counts: a renewed file ends the warnings
 * once the client took it.
 *
 * @returns stops looking when it is disposed.
 */
export function watchClientCertificate(
  client: Pick<ConnectedKubeClient, 'server' | 'clientCertificate'>,
  context: CertificateWatchContext,
): AsyncDisposable {
  const name = `client certificate of the kubeconfig for ${client.server}`;
  return watchCertificates([{ use: 'kubernetes_client', name, read: () => client.clientCertificate() ?? '' }], context);
}
