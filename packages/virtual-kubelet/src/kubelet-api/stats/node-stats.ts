import { isInterLinkError, type InterLinkApi, type Node, type Pod, type PodStats } from '@interlink/spec';
import { parseQuantity } from '@interlink/plugin-sdk';
import type { Clock } from '@interlink/runtime';
import type { PodDirectory } from '../../pods/pod-directory.ts';
import { createNodeMeter, type NodeUsage } from './node-usage.ts';
import { parsePluginStats } from './parse-plugin-stats.ts';

/** The statistics of a node as a kubelet's `Summary` has them; figures that nobody has measured are absent. */
export interface Summary {
  readonly node: NodeUsage & { readonly nodeName: string; readonly startTime: string };
  readonly pods: readonly PodStats[];
}

/** What {@link createNodeStats} needs. */
export interface NodeStatsOptions {
  readonly nodeName: string;
  readonly api: Pick<InterLinkApi, 'stats'>;
  readonly pods: PodDirectory;
  /** The Node object, where it is known already. */
  readonly node: () => Node | undefined;
  readonly clock: Clock;
}

/** Where the statistics of a node come from. */
export interface NodeStats {
  /** Asks the backend; one that offers no statistics makes a summary without figures. Rejects where it could not be asked. */
  summary(signal?: AbortSignal): Promise<Summary>;
}

/** Statistics of one node, whose start is now. */
export function createNodeStats({ nodeName, api, pods, node, clock }: NodeStatsOptions): NodeStats {
  const startTime = new Date(clock.now()).toISOString();
  const meter = createNodeMeter();
  return {
    async summary(signal) {
      const answer = await measured(api, signal);
      const own = new Map(pods.list().map((pod) => [pod.metadata?.uid, pod]));
      const found = parsePluginStats(answer).pods.flatMap((stats) => named(stats, own.get(stats.podRef.uid)) ?? []);
      return { node: { nodeName, startTime, ...meter.add(found, memoryOf(node())) }, pods: found };
    },
  };
}

async function measured(
  api: Pick<InterLinkApi, 'stats'>,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await api.stats?.(signal === undefined ? {} : { signal })) ?? {};
  } catch (error) {
    if (isInterLinkError(error) && error.code === 'ILK_UNSUPPORTED') return {};
    throw error;
  }
}

/** The figures of a pod of this node, under the names that the cluster has for it; undefined for another node's. */
function named(stats: PodStats, pod: Pod | undefined): PodStats | undefined {
  if (pod?.metadata === undefined) return undefined;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const { startTime } = pod.status ?? {};
  const start = startTime === undefined ? {} : { startTime: new Date(startTime).toISOString() };
  return { ...stats, podRef: { name, namespace, uid }, ...start };
}

function memoryOf(node: Node | undefined): number | undefined {
  const memory = node?.status?.capacity?.memory;
  return memory === undefined ? undefined : parseQuantity(memory);
}
