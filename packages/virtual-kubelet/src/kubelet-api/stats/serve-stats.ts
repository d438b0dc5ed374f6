import type { ServerResponse } from 'node:http';
import type { Logger } from '@interlink/runtime';
import type { PodDirectory } from '../../pods/pod-directory.ts';
import { containerMetrics } from './container-metrics.ts';
import { expositionType, formatExposition } from './format-exposition.ts';
import type { NodeStats, Summary } from './node-stats.ts';
import { resourceMetrics } from './resource-metrics.ts';

/** What the answers are made from. */
export interface StatsContext {
  readonly stats: NodeStats;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Answers `/stats/summary`. Rejects as {@link NodeStats.summary} does. */
export async function serveSummary(response: ServerResponse, { stats, signal }: StatsContext): Promise<void> {
  const summary = await stats.summary(signal);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(summary));
}

/** Answers `/metrics/cadvisor`. Rejects as {@link NodeStats.summary} does. */
export async function serveContainerMetrics(
  response: ServerResponse,
  { stats, pods, signal }: StatsContext & { readonly pods: PodDirectory },
): Promise<void> {
  const families = containerMetrics(await stats.summary(signal), (namespace, name) => pods.get(namespace, name));
  response.writeHead(200, { 'content-type': expositionType }).end(formatExposition(families));
}

/** Answers `/metrics/resource`. A backend that cannot be asked is `scrape_error` 1, as in a kubelet, and no failure. */
export async function serveResourceMetrics(response: ServerResponse, context: StatsContext): Promise<void> {
  const families = resourceMetrics(await summaryOrNone(context));
  response.writeHead(200, { 'content-type': expositionType }).end(formatExposition(families));
}

async function summaryOrNone({ stats, logger, signal }: StatsContext): Promise<Summary | undefined> {
  try {
    return await stats.summary(signal);
  } catch (error) {
    if (signal.aborted) throw error;
    logger.warn({ err: error }, 'the statistics of the pods could not be had');
    return undefined;
  }
}
