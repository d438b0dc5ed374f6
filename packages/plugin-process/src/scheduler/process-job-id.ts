/** A job id: which process of which boot of the machine. A recycled pid never has the same. */
export interface ProcessJobId {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

/** As the runner writes it. */
export function formatProcessJobId({ pid, startTicks, bootId }: ProcessJobId): string {
  return `${pid}-${startTicks}-${bootId}`;
}

/** undefined for an id that is none of ours. */
export function parseProcessJobId(id: string): ProcessJobId | undefined {
  const [, pid, startTicks, bootId] = /^(\d+)-(\d+)-([0-9a-f]+)$/.exec(id) ?? [];
  if (pid === undefined || startTicks === undefined || bootId === undefined) return undefined;
  return { pid: Number(pid), startTicks: Number(startTicks), bootId };
}
