import {
  mergeMetrics,
  type Health,
  type HealthReport,
  type Metrics,
  type OperationsAnswer,
  type OperationsRoute,
} from '@interlink/runtime';

/** Health and metrics of the process. `/readyz` is 200 for a replica that stands by: it is ready to take over. */
export function processRoutes(health: Health, metrics: readonly Metrics[]): Readonly<Record<string, OperationsRoute>> {
  return {
    '/healthz': () => answerHealth(health.alive()),
    '/readyz': () => answerHealth(health.ready()),
    '/metrics': async () => ({
      status: 200,
      body: await mergeMetrics(metrics),
      contentType: metrics[0]?.registry.contentType ?? 'text/plain',
    }),
  };
}

function answerHealth({ ok, text }: HealthReport): OperationsAnswer {
  return { status: ok ? 200 : 503, body: text };
}
