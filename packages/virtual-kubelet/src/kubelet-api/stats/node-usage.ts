import type { CpuStats, MemoryStats, PodStats } from '@interlink/spec';

/** What the node uses. */
export interface NodeUsage {
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
}

/** Adds up what the pods of a node use: a virtual node has nothing else. */
export interface NodeMeter {
  /**
   * @param pods - Every pod that was measured now.
   * @param capacityBytes - Memory of the node, where it is known.
   */
  add(pods: readonly PodStats[], capacityBytes?: number): NodeUsage;
}

/** A meter whose processor time never falls: what pods used that have ended since stays in it. */
export function createNodeMeter(): NodeMeter {
  let last: ReadonlyMap<string, number> = new Map();
  let totalNanoseconds = 0;

  return {
    add(pods, capacityBytes) {
      const now = new Map(pods.map(({ podRef, cpu }) => [podRef.uid, cpu?.usageCoreNanoSeconds ?? 0]));
      for (const [uid, nanoseconds] of now) totalNanoseconds += Math.max(0, nanoseconds - (last.get(uid) ?? 0));
      last = new Map([...now].map(([uid, nanoseconds]) => [uid, Math.max(nanoseconds, last.get(uid) ?? 0)]));
      return { ...cpuOf(pods, totalNanoseconds), ...memoryOf(pods, capacityBytes) };
    },
  };
}

function cpuOf(pods: readonly PodStats[], usageCoreNanoSeconds: number): Pick<NodeUsage, 'cpu'> {
  const sections = pods.flatMap(({ cpu }) => cpu ?? []);
  const time = latest(sections);
  if (time === undefined) return {};
  const rates = sections.flatMap(({ usageNanoCores }) => usageNanoCores ?? []);
  return { cpu: { time, ...(rates.length > 0 ? { usageNanoCores: sum(rates) } : {}), usageCoreNanoSeconds } };
}

function memoryOf(pods: readonly PodStats[], capacityBytes: number | undefined): Pick<NodeUsage, 'memory'> {
  const sections = pods.flatMap(({ memory }) => memory ?? []);
  const time = latest(sections);
  const workingSets = sections.flatMap(({ workingSetBytes }) => workingSetBytes ?? []);
  if (time === undefined || workingSets.length === 0) return {};
  const workingSetBytes = sum(workingSets);
  const residentSets = sections.flatMap(({ rssBytes }) => rssBytes ?? []);
  return {
    memory: {
      time,
      ...(capacityBytes === undefined ? {} : { availableBytes: Math.max(0, capacityBytes - workingSetBytes) }),
      workingSetBytes,
      ...(residentSets.length === sections.length ? { rssBytes: sum(residentSets) } : {}),
    },
  };
}

function latest(sections: readonly { readonly time: string }[]): string | undefined {
  return sections
    .map(({ time }) => time)
    .toSorted((left, right) => Date.parse(left) - Date.parse(right))
    .at(-1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
