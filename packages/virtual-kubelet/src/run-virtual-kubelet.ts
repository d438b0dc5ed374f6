import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createKubeClient, electLeader } from '@interlink/kube';
import {
  createHealth,
  createMetrics,
  packageVersion,
  serveProfiles,
  startOperationsServer,
  systemClock,
  type Clock,
  type Logger,
  type Metrics,
} from '@interlink/runtime';
import type { InterLinkApi } from '@interlink/spec';
import { watchClientCertificate } from './backend/watch-client-certificate.ts';
import type { LeaderElectionSettings, VirtualKubeletProcessConfig } from './config/process-config.ts';
import { processRoutes } from './process/process-routes.ts';
import type { ProcessParts } from './process/process-parts.ts';
import { serveNodes } from './process/serve-nodes.ts';

/** What {@link runVirtualKubelet} runs in. */
export interface ProcessContext {
  readonly logger: Logger;
  /** Ends the process's work in order. */
  readonly signal: AbortSignal;
  /** An interLink API in this process, for every node; it stays the caller's. */
  readonly api?: InterLinkApi | undefined;
  readonly clock?: Clock | undefined;
  /** Told the URL of the operations server, where there is one. */
  readonly onOperations?: ((url: string) => void) | undefined;
}

/**
 * A virtual kubelet process: all its nodes over one client of the cluster, behind an election where replicas share the work. Resolves when the signal has
 * aborted and everything has ended.
 *
 * @throws ConfigError for a configuration that cannot work; what the start of an only node throws.
 */
export async function runVirtualKubelet(config: VirtualKubeletProcessConfig, context: ProcessContext): Promise<void> {
  const { logger, signal, clock = systemClock } = context;
  const { kubeconfigFile, nodes } = config;
  const userAgent = `interlink-virtual-kubelet/${packageVersion(import.meta.url)}`;
  await using client = await createKubeClient({ kubeconfigFile, logger, clock, userAgent });
  const health = createHealth();
  const metrics = createMetrics({ processMetrics: true });
  await using _certificate = watchClientCertificate(client, { metrics, logger, clock });
  const nodeMetrics = new Map(nodes.map(({ nodeName }) => [nodeName, createMetrics({ labels: { node: nodeName } })]));
  await using _operations = await startOperations(
    config,
    context,
    processRoutes(health, [metrics, ...nodeMetrics.values()]),
  );
  await using _profiles = config.profiling && (await serveProfiles(config.profiling, logger));
  const parts: ProcessParts = { client, api: context.api, clock, logger, health, nodeMetrics };
  if (config.leaderElection === undefined) await serveNodes(nodes, parts, { signal });
  else await serveWhenElected(config, parts, { settings: config.leaderElection, signal, metrics });
}

async function startOperations(
  { operations }: VirtualKubeletProcessConfig,
  { logger, onOperations }: ProcessContext,
  routes: Parameters<typeof startOperationsServer>[0]['routes'],
): Promise<AsyncDisposable | undefined> {
  if (operations === undefined) return undefined;
  const server = await startOperationsServer({ ...operations, key: 'Extensions.Operations.Address', routes, logger });
  logger.info({ url: server.url }, 'health and metrics are served');
  onOperations?.(server.url);
  return server;
}

interface Election {
  readonly settings: LeaderElectionSettings;
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
}

async function serveWhenElected(
  { nodes }: VirtualKubeletProcessConfig,
  parts: ProcessParts,
  { settings, signal, metrics }: Election,
): Promise<void> {
  const { health, clock, logger } = parts;
  const identity = `${hostname()}_${randomUUID()}`;
  const leads = metrics.gauge('interlink_leader', '1 while this replica leads.');
  const terms = metrics.counter('interlink_leader_terms_total', 'Times that this replica was elected.');
  leads.set(0);
  const tell = (leader: string | undefined): void => {
    const reason = leader === identity ? 'this replica leads' : `standing by, ${leader ?? 'nobody'} leads`;
    health.set('leader election', { isReady: true, reason });
  };
  tell(undefined);
  await electLeader(
    { ...settings, client: parts.client, identity, clock, logger, onLeader: tell },
    async (leadership) => {
      leads.set(1);
      terms.inc();
      try {
        const service = { signal: AbortSignal.any([signal, leadership.signal]), fence: () => leadership.check() };
        await serveNodes(nodes, parts, service);
      } finally {
        leads.set(0);
      }
    },
    signal,
  );
}
