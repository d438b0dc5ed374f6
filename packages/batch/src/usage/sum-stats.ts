import type { ContainerStats, CpuStats, MemoryStats } from '@interlink/spec';

/**
 * The figures of a pod. A section that one of its containers lacks, and a figure that one section lacks, is absent: half a sum is no sum.
 *
 * @param endedNanoseconds - Processor time of containers that have ended: a pod's never falls.
 */
export function sumStats(
  containers: readonly ContainerStats[],
  endedNanoseconds: number,
): { cpu?: CpuStats; memory?: MemoryStats } {
  const cpu = sum(
    containers.map((container) => container.cpu),
    ['usageNanoCores', 'usageCoreNanoSeconds'],
  );
  const memory = sum(
    containers.map((container) => container.memory),
    ['workingSetBytes', 'rssBytes'],
  );
  const usageCoreNanoSeconds = (cpu?.usageCoreNanoSeconds ?? 0) + endedNanoseconds;
  return { ...(cpu ? { cpu: { ...cpu, usageCoreNanoSeconds } } : {}), ...(memory ? { memory } : {}) };
}

type Section<Key extends string> = { readonly time: string } & { readonly [K in Key]?: number };

function sum<Key extends string>(
  sections: readonly (Section<Key> | undefined)[],
  keys: readonly Key[],
): Section<Key> | undefined {
  const known = sections.filter((section) => section !== undefined);
  const time = known
    .map((section) => section.time)
    .toSorted()
    .at(-1);
  if (time === undefined || known.length < sections.length) return undefined;
  const entries = keys.flatMap((key) => {
    const values = known.flatMap((section) => section[key] ?? []);
    return values.length < known.length ? [] : [[key, values.reduce((total, value) => total + value, 0)]];
  });
  return { time, ...(Object.fromEntries(entries) as { [K in Key]?: number }) };
}
