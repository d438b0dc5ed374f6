import { isInterLinkError, type InterLinkApi, type Plugin } from '@interlink/spec';
import type { Clock, Metrics } from '@interlink/runtime';
import { aroundCalls } from './around-calls.ts';

/** The same API or plugin, whose calls are counted by the code of their end and timed. */
export function measureCalls<Api extends InterLinkApi | Plugin>(
  api: Api,
  { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock },
): Api {
  const total = metrics.counter('interlink_backend_requests_total', 'Calls of the next process, by how they ended.', [
    'operation',
    'code',
  ]);
  const seconds = metrics.histogram('interlink_backend_request_seconds', 'Time until the next process answered.', [
    'operation',
  ]);
  return aroundCalls(api, async (operation, call) => {
    const startedAt = clock.now();
    let code = 'ok';
    try {
      return await call();
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      total.inc({ operation, code });
      seconds.observe({ operation }, (clock.now() - startedAt) / 1000);
    }
  });
}

/** From a closed set, so that no peer fills the registry. */
function codeOf(error: unknown): string {
  if (isInterLinkError(error)) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'error';
}
