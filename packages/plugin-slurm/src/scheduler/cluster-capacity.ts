import type { Capacity } from '@interlink/batch';
import type { SlurmNode } from './parse-nodes.ts';

/** What the node has while Slurm can start nothing. */
export const noUsableNodes = { key: 'slurm.interlink.eu/no-usable-nodes', value: 'true', effect: 'NoSchedule' };

/** What a cluster offers in all. Nodes that are down or drained do not count. */
export function mapCapacity(nodes: readonly SlurmNode[], gpuResource: string | undefined): Capacity {
  const usable = nodes.filter((node) => node.usable);
  const sum = (of: (node: SlurmNode) => number): number => usable.reduce((total, node) => total + of(node), 0);
  const gpus = nodes.reduce((total, node) => total + node.gpus, 0);
  return {
    cpuCores: sum(({ cpus }) => cpus),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    ...(gpuResource === undefined || gpus === 0 ? {} : { extended: { [gpuResource]: sum((node) => node.gpus) } }),
    taints: usable.length === 0 ? [noUsableNodes] : [],
  };
}

/** Why no node can ever run a job of this size on one node; undefined where one can, or none is known. */
export function misfit(
  nodes: readonly SlurmNode[],
  wanted: { readonly cpuCores?: number; readonly memoryBytes?: number },
): string | undefined {
  if (nodes.length === 0) return undefined;
  const most = (of: (node: SlurmNode) => number): number => Math.max(...nodes.map(of));
  const cpus = most((node) => node.cpus);
  const cores = Math.ceil(wanted.cpuCores ?? 0);
  if (cores > cpus) return `the pod asks for ${cores} CPUs, and no node of the cluster has more than ${cpus}`;
  const memory = most((node) => node.memoryBytes);
  if ((wanted.memoryBytes ?? 0) > memory) {
    return `the pod asks for ${mebibytes(wanted.memoryBytes ?? 0)} MiB of memory, and no node of the cluster has more than ${mebibytes(memory)} MiB`;
  }
  return undefined;
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}
