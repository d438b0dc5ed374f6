import { isInterLinkError } from '@interlink/spec';
import type { KubeClient } from '@interlink/kube';
import type { Clock, Metrics } from '@interlink/runtime';

/** The same client, whose requests are counted by method and status and timed. Disposing it does nothing. */
export function measureKubeClient(
  client: KubeClient,
  { metrics, clock }: { metrics: Metrics; clock: Clock },
): KubeClient {
  const total = metrics.counter('interlink_kubernetes_requests_total', 'Requests to the Kubernetes API, by status.', [
    'method',
    'code',
  ]);
  const seconds = metrics.histogram('interlink_kubernetes_request_seconds', 'Time until the Kubernetes API answered.', [
    'method',
  ]);

  async function measure<T>(method: string, call: () => Promise<T>): Promise<T> {
    const startedAt = clock.now();
    let code = 'ok';
    try {
      return await call();
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      total.inc({ method, code });
      seconds.observe({ method }, (clock.now() - startedAt) / 1000);
    }
  }

  return {
    server: client.server,
    request: (request) => measure(request.method, () => client.request(request)),
    stream: (request) => measure('WATCH', () => client.stream(request)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function codeOf(error: unknown): string {
  const status = isInterLinkError(error) ? error.details['status'] : undefined;
  if (typeof status === 'number') return String(status);
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'unanswered';
}
