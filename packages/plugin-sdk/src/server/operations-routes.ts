import { defaultProfileSeconds, profilingPaths, type Metrics, type Profiler } from '@interlink/runtime';
import { answerJson, answerText, type WireRoute } from './wire-route.ts';
import type { WireAppOptions } from './server-options.ts';

/** The one route that needs no credential: whoever restarts the process has none. */
export const healthPath = '/healthz';

/** The routes for operations: the process lives, its backend answers, its numbers, its documentation. */
export function operationsRoutes(options: WireAppOptions, metrics: Metrics): WireRoute[] {
  return [
    { path: healthPath, handle: () => Promise.resolve(answerText('ok\n')) },
    {
      path: '/readyz',
      handle: async ({ signal, sessionId }) => {
        await options.ready({ signal, sessionId });
        return answerText('ok\n');
      },
    },
    { path: '/openapi.json', handle: () => Promise.resolve(answerJson(options.document)) },
    {
      path: '/metrics',
      handle: async () => ({
        kind: 'text',
        body: await metrics.registry.metrics(),
        contentType: metrics.registry.contentType,
      }),
    },
    ...(options.profiler === undefined ? [] : profilerRoutes(options.profiler)),
  ];
}

function profilerRoutes(profiler: Profiler): WireRoute[] {
  return [
    {
      path: profilingPaths.profile,
      handle: async ({ query, signal }) => {
        const seconds = Number(new URLSearchParams(query).get('seconds') ?? defaultProfileSeconds);
        return { kind: 'text', body: await profiler.profile(seconds, { signal }), contentType: 'application/json' };
      },
    },
    {
      path: profilingPaths.heap,
      handle: () =>
        Promise.resolve({ kind: 'stream', contentType: 'application/octet-stream', chunks: profiler.heap() }),
    },
  ];
}
