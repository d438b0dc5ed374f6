import type { Logger } from '../log/logger.ts';
import { startOperationsServer, type OperationsServer } from '../operations/start-operations-server.ts';
import { createProfiler } from './profiler.ts';
import { profilingRoutes } from './profiling-routes.ts';
import type { ProfilingSettings } from './read-profiling.ts';

/**
 * Serves profiles of this process on a port of its own, as the Go components do.
 *
 * @throws ConfigError for an address that other machines reach, ConflictError when it is taken.
 */
export async function serveProfiles({ address }: ProfilingSettings, logger: Logger): Promise<OperationsServer> {
  const routes = profilingRoutes(createProfiler());
  const server = await startOperationsServer({ address, key: 'Pprof.Address', insecure: false, routes, logger });
  logger.warn({ url: server.url }, 'profiles of this process are served: whoever reaches them reads its secrets');
  return server;
}
