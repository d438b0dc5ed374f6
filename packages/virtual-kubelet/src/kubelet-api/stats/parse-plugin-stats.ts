import type { ContainerStats, CpuStats, MemoryStats, PluginStats, PodStats } from '@interlink/spec';

const cpuFigures = ['usageNanoCores', 'usageCoreNanoSeconds'] as const;
const memoryFigures = ['availableBytes', 'usageBytes', 'workingSetBytes', 'rssBytes'] as const;

/**
 * What can be used of a plugin's answer: clients of a kubelet decode a summary as a whole, so a single figure that is none would cost them
 * everything. What cannot be used is left out, and so is a container without a name or start, and a pod without a UID.
 */
export function parsePluginStats(answer: Readonly<Record<string, unknown>>): PluginStats {
  return { pods: listOf(answer.pods, parsePod) };
}

function parsePod(pod: Readonly<Record<string, unknown>>): PodStats | undefined {
  const reference = isRecord(pod.podRef) ? pod.podRef : {};
  const { name, namespace, uid } = reference;
  if (typeof uid !== 'string' || uid === '') return undefined;
  return {
    podRef: { uid, name: textOf(name), namespace: textOf(namespace) },
    containers: listOf(pod.containers, parseContainer),
    ...parseSections(pod),
  };
}

function parseContainer(container: Readonly<Record<string, unknown>>): ContainerStats | undefined {
  const { name, startTime } = container;
  if (typeof name !== 'string' || name === '' || !isTime(startTime)) return undefined;
  return { name, startTime, ...parseSections(container) };
}

function parseSections({ cpu, memory }: Readonly<Record<string, unknown>>): { cpu?: CpuStats; memory?: MemoryStats } {
  const parsed = { cpu: parseSection(cpu, cpuFigures), memory: parseSection(memory, memoryFigures) };
  return { ...(parsed.cpu ? { cpu: parsed.cpu } : {}), ...(parsed.memory ? { memory: parsed.memory } : {}) };
}

/** Undefined without a time or any figure. */
function parseSection<Key extends string>(
  section: unknown,
  keys: readonly Key[],
): ({ readonly time: string } & { readonly [K in Key]?: number }) | undefined {
  if (!isRecord(section) || !isTime(section.time)) return undefined;
  const figures = keys.flatMap((key) => {
    const value = section[key];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? [[key, Math.round(value)]] : [];
  });
  if (figures.length === 0) return undefined;
  return { time: section.time, ...(Object.fromEntries(figures) as { [K in Key]?: number }) };
}

function listOf<T>(list: unknown, parse: (item: Readonly<Record<string, unknown>>) => T | undefined): T[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => (isRecord(item) ? (parse(item) ?? []) : []));
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function isTime(value: unknown): value is string {
  return typeof value === 'string' && rfc3339.test(value) && !Number.isNaN(Date.parse(value));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
