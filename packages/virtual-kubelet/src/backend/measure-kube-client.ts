import { isInterLinkError } from '@interlink/spec';
import type { KubeClient } from '@interlink/kube';
import { createCallMeter, type Clock, type Metrics } from '@interlink/runtime';

/** The same client, whose requests are counted by method and status and timed. Disposing it does nothing. */
export function measureKubeClient(
  client: KubeClient,
  context: { readonly metrics: Metrics; readonly clock: Clock },
): KubeClient {
  const measure = createCallMeter({
    ...context,
    name: 'interlink_kubernetes_request',
    help: ['Requests to the Kubernetes API, by status.', 'Time until the Kubernetes API answered.'],
    label: 'method',
    codeOf,
  });
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
