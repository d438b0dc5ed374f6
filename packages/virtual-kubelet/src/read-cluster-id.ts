import type { KubeClient } from '@interlink/kube';
import { retry, type Clock, type Logger } from '@interlink/runtime';
import type { Namespace } from '@interlink/spec';

/** What {@link readClusterId} needs. */
export interface ReadClusterIdOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const path = '/api/v1/namespaces/kube-system';

/** The identity of the cluster: the UID of its kube-system namespace. Waits until the API server can be asked. */
export async function readClusterId({ client, clock, logger, signal }: ReadClusterIdOptions): Promise<string> {
  const namespace = await retry(() => client.request<Namespace>({ method: 'GET', path, signal }), {
    signal,
    clock,
    backoff: { initialMilliseconds: 500, maximumMilliseconds: 15_000 },
    onRetry: (error) => logger.warn({ err: error, server: client.server }, 'waiting for the Kubernetes API server'),
  });
  return namespace.metadata?.uid ?? '';
}
