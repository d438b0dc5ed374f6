import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** The text that Prometheus reads, of several registries together. Series of one name must differ in their labels: equal ones are added up. */
export async function mergeMetrics(sources: readonly Metrics[]): Promise<string> {
  const parts = await Promise.all(sources.map(({ registry }) => registry.getMetricsAsJSON()));
  return await AggregatorRegistry.aggregate(parts).metrics();
}
