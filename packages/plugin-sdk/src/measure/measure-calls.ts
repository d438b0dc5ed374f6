import { isInterLinkError, type InterLinkApi, type Plugin } from '@interlink/spec';
import { createCallMeter, type Clock, type Metrics } from '@interlink/runtime';
import { aroundCalls } from './around-calls.ts';

/** The same API or plugin, whose calls are counted by the code of their end and timed. */
export function measureCalls<Api extends InterLinkApi | Plugin>(
  api: Api,
  context: { readonly metrics: Metrics; readonly clock: Clock },
): Api {
  const measure = createCallMeter({
    ...context,
    name: 'interlink_backend_request',
    help: ['Calls of the next process, by how they ended.', 'Time until the next process answered.'],
    label: 'operation',
    codeOf,
  });
  return aroundCalls(api, measure);
}

function codeOf(error: unknown): string {
  if (isInterLinkError(error)) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'error';
}
