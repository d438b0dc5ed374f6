import { aborted, backoffDelayMilliseconds } from '@interlink/runtime';
import type { VirtualKubeletConfig } from '../config/virtual-kubelet-config.ts';
import { startVirtualKubelet, type VirtualKubelet } from '../start-virtual-kubelet.ts';
import type { ProcessParts } from './process-parts.ts';

/** What {@link serveNodes} works under. */
export interface Service {
  /** Ends the service. */
  readonly signal: AbortSignal;
  /** Throws when nothing may be written any more. */
  readonly fence?: (() => void) | undefined;
}

const retryBackoff = { initialMilliseconds: 5000, maximumMilliseconds: 60_000 };

/**
 * Serves all nodes until the signal aborts. One of many that cannot start is tried again later, and the others do not notice; an only one ends the service.
 *
 * @throws What the start of an only node throws.
 */
export async function serveNodes(
  nodes: readonly VirtualKubeletConfig[],
  parts: ProcessParts,
  service: Service,
): Promise<void> {
  const keep = nodes.length === 1 ? serveNode : keepNode;
  await Promise.all(nodes.map((config) => keep(config, parts, service)));
}

/** Serves one node once; rejects when it cannot start. */
async function serveNode(config: VirtualKubeletConfig, parts: ProcessParts, service: Service): Promise<void> {
  const { health, logger, nodeMetrics } = parts;
  const part = `node ${config.nodeName}`;
  health.set(part, { isReady: false, reason: 'starting' });
  let node: VirtualKubelet | undefined;
  try {
    node = await startVirtualKubelet(config, { ...parts, ...service, metrics: nodeMetrics.get(config.nodeName) });
    health.set(part, { isReady: true, reason: `started, kubelet API at ${node.kubeletAddress}` });
    await aborted(service.signal);
    logger.info({ node: config.nodeName }, 'stopping');
  } catch (error) {
    // The end may come during the start.
    if (!service.signal.aborted) throw error;
  } finally {
    await node?.[Symbol.asyncDispose]();
    health.remove(part);
  }
}

/** Serves one node among others, again and again. */
async function keepNode(config: VirtualKubeletConfig, parts: ProcessParts, service: Service): Promise<void> {
  const { clock, health, logger } = parts;
  const { signal } = service;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      await serveNode(config, parts, service);
    } catch (error) {
      const delayMilliseconds = backoffDelayMilliseconds(failures, retryBackoff);
      const reason = error instanceof Error ? error.message : String(error);
      const fields = { node: config.nodeName, delayMilliseconds, err: error };
      logger.error(fields, 'node not started, trying again');
      health.set(`node ${config.nodeName}`, { isReady: false, reason: `not started: ${reason}` });
      await clock.sleep(delayMilliseconds, { signal }).catch(() => undefined);
    }
  }
}
