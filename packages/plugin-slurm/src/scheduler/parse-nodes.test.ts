import { describe, expect, it } from 'vitest';
import { readRecorded, recordedVersions } from '../testing/recorded.ts';
import { mapCapacity, misfit, noUsableNodes } from './cluster-capacity.ts';
import { parseNodes } from './parse-nodes.ts';

const line = (fields: string): string => `NodeName=n1 CPUTot=8 RealMemory=1000 ${fields}`;

describe('parseNodes', () => {
  it.each(recordedVersions)('reads every node of Slurm %s, and which of them can be used', (version) => {
    const nodes = parseNodes(readRecorded(version, 'nodes.txt'));
    expect(nodes).toHaveLength(10);
    expect(nodes[0]).toEqual({ name: 'node1', cpus: 4, memoryBytes: 32_000 * 1024 ** 2, gpus: 4, usable: true });
    const usable = { node1: true, node2: true, node3: false, node4: false, node5: false };
    const others = { node6: false, node7: false, node8: true, node9: true, node10: false };
    expect(Object.fromEntries(nodes.map((node) => [node.name, node.usable]))).toEqual({ ...usable, ...others });
  });

  it.each([
    ['gpu:4', 4],
    ['gpu', 1],
    ['gpu:a100:2', 2],
    ['gpu:a100:2(S:0-1)', 2],
    ['gpu:a100:2(S:0,1),gpu:v100:1(S:1),nic:3', 3],
    ['nic:1,gpu:2', 2],
    ['gpus:7,mygpu:3', 0],
    ['(null)', 0],
  ])('counts in Gres=%s %i GPUs', (gres, gpus) => {
    expect(parseNodes(line(`Gres=${gres} State=IDLE`))[0]?.gpus).toBe(gpus);
  });

  it.each([
    ['IDLE', true],
    ['ALLOCATED', true],
    ['MIXED+CLOUD', true],
    ['IDLE+PLANNED', true],
    ['IDLE+CLOUD+POWERED_DOWN', true],
    ['DOWN', false],
    ['DOWN*', false],
    ['IDLE*', false],
    ['IDLE+DRAIN', false],
    ['MIXED+DRAIN', false],
    ['IDLE+MAINTENANCE', false],
    ['IDLE+NOT_RESPONDING', false],
    ['IDLE+INVALID_REG', false],
    ['FUTURE', false],
    ['UNKNOWN', false],
  ])('counts a node that is %s as usable: %s', (state, usable) => {
    expect(parseNodes(line(`State=${state}`))[0]?.usable).toBe(usable);
  });

  it('takes the CPUs that jobs can have, where some are kept for the system', () => {
    expect(parseNodes('NodeName=n CPUEfctv=6 CPUTot=8 RealMemory=1 State=IDLE')[0]?.cpus).toBe(6);
  });

  it('leaves out what is no node', () => {
    expect(parseNodes('No nodes in the system\n\nNodeName=n State=IDLE\n')).toEqual([]);
  });
});

describe('the capacity of a cluster', () => {
  const nodes = parseNodes(
    [line('State=IDLE Gres=gpu:2'), line('State=DOWN Gres=gpu:4'), line('State=MIXED')].join('\n'),
  );

  it('is what its usable nodes have', () => {
    expect(mapCapacity(nodes, 'nvidia.com/gpu')).toEqual({
      cpuCores: 16,
      memoryBytes: 2000 * 1024 ** 2,
      extended: { 'nvidia.com/gpu': 2 },
      taints: [],
    });
    expect(mapCapacity(nodes, undefined)).not.toHaveProperty('extended');
  });

  it('keeps GPUs that cannot be used now at 0, so that the node does not forget them', () => {
    expect(mapCapacity(parseNodes(line('State=DOWN Gres=gpu:4')), 'x/gpu').extended).toEqual({ 'x/gpu': 0 });
  });

  it('is tainted while no node can be used', () => {
    expect(mapCapacity(parseNodes(line('State=DOWN')), undefined).taints).toEqual([noUsableNodes]);
    expect(mapCapacity([], undefined).taints).toEqual([noUsableNodes]);
  });

  it.each([
    [{ cpuCores: 8, memoryBytes: 1000 * 1024 ** 2 }, undefined],
    [{ cpuCores: 7.5 }, undefined],
    [{ cpuCores: 8.1 }, 'the pod asks for 9 CPUs, and no node of the cluster has more than 8'],
    [
      { memoryBytes: 1000 * 1024 ** 2 + 1 },
      'the pod asks for 1001 MiB of memory, and no node of the cluster has more than 1000 MiB',
    ],
  ])('is not enough for %j: %s', (wanted, reason) => {
    expect(misfit(nodes, wanted)).toBe(reason);
  });

  it('is no reason to refuse where no node is known', () => {
    expect(misfit([], { cpuCores: 1000 })).toBeUndefined();
  });
});
