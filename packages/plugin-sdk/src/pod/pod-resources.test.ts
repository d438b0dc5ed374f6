import type { Container, Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { containerResources, podResources } from './pod-resources.ts';

type List = Readonly<Record<string, string>>;

function container(requests?: List, limits?: List, restartPolicy?: string): Container {
  const resources = { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) };
  return { name: 'c', resources, ...(restartPolicy ? { restartPolicy } : {}) };
}

function pod(initContainers: Container[], containers: Container[], more: object = {}): Pod {
  return { metadata: { name: 'p' }, spec: { initContainers, containers, ...more } };
}

const cpu = (amount: string, restartPolicy?: string) => container({ cpu: amount }, undefined, restartPolicy);

describe('containerResources', () => {
  it('gives cpu in cores, memory in bytes and the rest by name', () => {
    const { requests, limits } = containerResources(
      container({ cpu: '250m', memory: '1.5Gi', 'nvidia.com/gpu': '2' }, { memory: '2G', 'ephemeral-storage': '1Gi' }),
      'f',
    );
    expect(requests).toEqual({
      cpuCores: 0.25,
      memoryBytes: 1610612736,
      ephemeralStorageBytes: 1073741824,
      extended: { 'nvidia.com/gpu': 2 },
    });
    expect(limits).toEqual({ memoryBytes: 2e9, ephemeralStorageBytes: 1073741824, extended: {} });
  });

  it('leaves absent what was not asked for', () => {
    expect(containerResources({ name: 'c' }, 'f')).toEqual({ requests: { extended: {} }, limits: { extended: {} } });
  });

  it('names the quantity at fault', () => {
    expect(() => containerResources(container({ cpu: 'two' }), 'pod.spec.containers[1]')).toThrow(
      expect.objectContaining({ field: 'pod.spec.containers[1].resources.requests[cpu]' }),
    );
  });
});

describe('podResources', () => {
  const outcomes: Record<string, { pod: Pod; cores: number }> = {
    'sum of the main containers': { pod: pod([], [cpu('1'), cpu('500m')]), cores: 1.5 },
    'the largest init container, if larger': { pod: pod([cpu('4'), cpu('3')], [cpu('1'), cpu('1')]), cores: 4 },
    'the main containers, if larger': { pod: pod([cpu('1')], [cpu('1'), cpu('1')]), cores: 2 },
    'sidecars beside the main containers': { pod: pod([cpu('1', 'Always')], [cpu('2')]), cores: 3 },
    'sidecars beside later init containers': { pod: pod([cpu('1', 'Always'), cpu('4')], [cpu('2')]), cores: 5 },
    'no sidecar beside earlier init containers': { pod: pod([cpu('4'), cpu('1', 'Always')], [cpu('2')]), cores: 4 },
    'all sidecars so far': {
      pod: pod([cpu('1', 'Always'), cpu('2', 'Always'), cpu('4')], [cpu('1')]),
      cores: 7,
    },
    'overhead on top': { pod: pod([], [cpu('1')], { overhead: { cpu: '250m' } }), cores: 1.25 },
    'pod-level resources instead': {
      pod: pod([cpu('9')], [cpu('1')], { resources: { requests: { cpu: '3' } } }),
      cores: 3,
    },
    'exact tenths': { pod: pod([], [cpu('100m'), cpu('200m')]), cores: 0.3 },
  };
  it.each(Object.entries(outcomes))('requests: %s', (_, { pod: given, cores }) => {
    expect(podResources(given).requests.cpuCores).toBe(cores);
  });

  it('defaults a request to the limit, container by container', () => {
    const given = pod([], [container(undefined, { memory: '1Gi' }), container({ memory: '1Gi' })]);
    expect(podResources(given)).toEqual({
      requests: { memoryBytes: 2 * 2 ** 30, extended: {} },
      limits: { memoryBytes: 2 ** 30, extended: {} },
      reservation: { memoryBytes: 2 * 2 ** 30, extended: {} },
    });
  });

  it('reserves the larger of request and limit', () => {
    const given = pod([], [container({ memory: '1Gi', cpu: '1' }, { memory: '4Gi' }), container({ cpu: '1' })]);
    expect(podResources(given).reservation).toEqual({ memoryBytes: 4 * 2 ** 30, cpuCores: 2, extended: {} });
  });

  it('rounds bytes up', () => {
    expect(podResources(pod([], [container({ memory: '100m' })])).requests.memoryBytes).toBe(1);
  });

  it('takes a pod without containers', () => {
    expect(podResources({}).requests).toEqual({ extended: {} });
  });
});
