import { silentLogger, type Logger } from '@interlink/runtime';
import { createKubeClient } from '../src/client/create-kube-client.ts';
import { kubeconfigSource } from '../src/client/load-kubeconfig.ts';
import type { KubeClient } from '../src/client/kube-client.ts';

/** A client for the API server of a kubeconfig, through another port of this machine where one is given. */
export async function openClient(
  kubeconfigFile: string,
  options: { port?: number; logger?: Logger } = {},
): Promise<KubeClient> {
  const { port, logger = silentLogger } = options;
  const source = kubeconfigSource([kubeconfigFile]);
  const credentials = async () => {
    const found = await source();
    return port === undefined ? found : { ...found, server: `https://127.0.0.1:${port}` };
  };
  return await createKubeClient({ credentials, logger });
}
