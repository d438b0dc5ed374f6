import { systemClock } from '@interlink/runtime';
import { UnavailableError, UnsupportedError, type Node, type Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { formatExposition } from './format-exposition.ts';
import { containerMetrics } from './container-metrics.ts';
import { createNodeStats } from './node-stats.ts';
import { parsePluginStats } from './parse-plugin-stats.ts';
import { resourceMetrics } from './resource-metrics.ts';

const time = '2026-01-01T00:01:00.500Z';
const startTime = '2026-01-01T00:00:00Z';

const container = (cpu: number, memory: number) => ({
  name: 'main',
  startTime,
  cpu: { time, usageNanoCores: 250_000_000, usageCoreNanoSeconds: cpu },
  memory: { time, workingSetBytes: memory, rssBytes: memory / 2 },
});
const podStats = (uid: string, cpu: number, memory: number) => {
  const { cpu: ofPod, memory: memoryOfPod } = container(cpu, memory);
  const podRef = { name: `backend-${uid}`, namespace: 'backend', uid };
  return { podRef, containers: [container(cpu, memory)], cpu: ofPod, memory: memoryOfPod };
};
const pod = (uid: string): Pod => ({ metadata: { name: `name-${uid}`, namespace: 'default', uid } });

function statsOf(answers: (() => Record<string, unknown>)[]) {
  const pods = ['a', 'b'].map(pod);
  return createNodeStats({
    nodeName: 'hpc',
    api: { stats: () => Promise.resolve().then(() => answers.shift()!()) },
    pods: { get: () => undefined, list: () => pods },
    node: (): Node => ({ status: { capacity: { memory: '10Ki' } } }),
    clock: { ...systemClock, now: () => Date.parse(startTime) },
  });
}

describe('the summary of a node', () => {
  it('has the figures of its own pods, under the names of the cluster, and their sums', async () => {
    const foreign = podStats('of-another-node', 7e9, 7000);
    const answer = { pods: [podStats('a', 1e9, 1000), podStats('b', 2e9, 2000), foreign] };
    const summary = await statsOf([() => answer]).summary();
    expect(summary.pods.map(({ podRef }) => podRef)).toEqual([
      { name: 'name-a', namespace: 'default', uid: 'a' },
      { name: 'name-b', namespace: 'default', uid: 'b' },
    ]);
    expect(summary.pods[0]?.containers).toEqual([container(1e9, 1000)]);
    expect(summary.node).toEqual({
      nodeName: 'hpc',
      startTime: '2026-01-01T00:00:00.000Z',
      cpu: { time, usageNanoCores: 500_000_000, usageCoreNanoSeconds: 3e9 },
      memory: { time, availableBytes: 10 * 1024 - 3000, workingSetBytes: 3000, rssBytes: 1500 },
    });
  });

  it('never lets the processor time of the node fall', async () => {
    const stats = statsOf(
      [
        [podStats('a', 5e9, 1000), podStats('b', 2e9, 1000)],
        [podStats('b', 3e9, 1000)],
        // The plugin has counted anew.
        [podStats('b', 1e9, 1000)],
      ].map((pods) => () => ({ pods })),
    );
    const times: (number | undefined)[] = [];
    for (let round = 0; round < 3; round += 1) times.push((await stats.summary()).node.cpu?.usageCoreNanoSeconds);
    expect(times).toEqual([7e9, 8e9, 8e9]);
  });

  it('has no figures where the backend offers none, and fails where it cannot be asked', async () => {
    const unsupported = (): never => {
      throw new UnsupportedError('no such thing');
    };
    const down = (): never => {
      throw new UnavailableError('down');
    };
    const stats = statsOf([unsupported, down]);
    expect(await stats.summary()).toEqual({
      node: { nodeName: 'hpc', startTime: '2026-01-01T00:00:00.000Z' },
      pods: [],
    });
    await expect(stats.summary()).rejects.toThrow('down');
  });
});

describe('parsePluginStats', () => {
  it.each([
    [{}],
    [{ pods: null }],
    [{ pods: 'many' }],
    [{ pods: [null, 7, {}, { podRef: null }, { podRef: { uid: '' } }] }],
  ])('finds no pod in %j', (answer) => {
    expect(parsePluginStats(answer)).toEqual({ pods: [] });
  });

  it('leaves out each figure that is none, and keeps the others', () => {
    const cpu = { time, usageNanoCores: 'much', usageCoreNanoSeconds: 1.6 };
    const memory = { time: 'now', workingSetBytes: 5 };
    const bad = { name: 'main', startTime, cpu, memory };
    const containers = [bad, { name: 'no-start', cpu }, null, { name: '', startTime }];
    const odd = { time, workingSetBytes: -1, rssBytes: Number.NaN };
    expect(parsePluginStats({ pods: [{ podRef: { uid: 'a' }, containers, memory: odd }] })).toEqual({
      pods: [
        {
          podRef: { uid: 'a', name: '', namespace: '' },
          containers: [{ name: 'main', startTime, cpu: { time, usageCoreNanoSeconds: 2 } }],
        },
      ],
    });
  });
});

describe('the container metrics', () => {
  it('have the image that dashboards select by', async () => {
    const summary = await statsOf([() => ({ pods: [podStats('a', 1.5e9, 1000)] })]).summary();
    const spec = { containers: [{ name: 'main', image: 'busybox:1' }] };
    const text = formatExposition(containerMetrics(summary, () => ({ spec })));
    const labels = '{container="main",image="busybox:1",namespace="default",pod="name-a"}';
    expect(text.match(/^[^#].*$/gm)).toEqual([
      `container_cpu_usage_seconds_total${labels} 1.5 1767225660500`,
      `container_memory_rss${labels} 500 1767225660500`,
      `container_memory_working_set_bytes${labels} 1000 1767225660500`,
      `container_start_time_seconds${labels} 1767225600`,
    ]);
  });
});

describe('the resource metrics', () => {
  it('have the names of a kubelet, and the times of the measurements', async () => {
    const summary = await statsOf([() => ({ pods: [podStats('a', 1.5e9, 1000)] })]).summary();
    expect(formatExposition(resourceMetrics(summary))).toBe(
      [
        '# HELP node_cpu_usage_seconds_total Cumulative cpu time consumed by the node in core-seconds',
        '# TYPE node_cpu_usage_seconds_total counter',
        'node_cpu_usage_seconds_total 1.5 1767225660500',
        '# HELP node_memory_working_set_bytes Current working set of the node in bytes',
        '# TYPE node_memory_working_set_bytes gauge',
        'node_memory_working_set_bytes 1000 1767225660500',
        '# HELP container_start_time_seconds Start time of the container since unix epoch in seconds',
        '# TYPE container_start_time_seconds gauge',
        'container_start_time_seconds{container="main",pod="name-a",namespace="default"} 1767225600',
        '# HELP container_cpu_usage_seconds_total Cumulative cpu time consumed by the container in core-seconds',
        '# TYPE container_cpu_usage_seconds_total counter',
        'container_cpu_usage_seconds_total{container="main",pod="name-a",namespace="default"} 1.5 1767225660500',
        '# HELP container_memory_working_set_bytes Current working set of the container in bytes',
        '# TYPE container_memory_working_set_bytes gauge',
        'container_memory_working_set_bytes{container="main",pod="name-a",namespace="default"} 1000 1767225660500',
        '# HELP pod_cpu_usage_seconds_total Cumulative cpu time consumed by the pod in core-seconds',
        '# TYPE pod_cpu_usage_seconds_total counter',
        'pod_cpu_usage_seconds_total{pod="name-a",namespace="default"} 1.5 1767225660500',
        '# HELP pod_memory_working_set_bytes Current working set of the pod in bytes',
        '# TYPE pod_memory_working_set_bytes gauge',
        'pod_memory_working_set_bytes{pod="name-a",namespace="default"} 1000 1767225660500',
        '# HELP resource_scrape_error 1 if there was an error while getting container metrics, 0 otherwise',
        '# TYPE resource_scrape_error gauge',
        'resource_scrape_error 0',
        '# HELP scrape_error 1 if there was an error while getting container metrics, 0 otherwise',
        '# TYPE scrape_error gauge',
        'scrape_error 0',
        '',
      ].join('\n'),
    );
  });

  it('say that there was an error, and nothing else then', () => {
    const text = formatExposition(resourceMetrics(undefined));
    expect(text.match(/^[^#].*$/gm)).toEqual(['resource_scrape_error 1', 'scrape_error 1']);
  });

  it('escape what a label may not hold', () => {
    const samples = [{ labels: { image: 'a"b\\c\nd' }, value: 1 }];
    expect(formatExposition([{ name: 'x', help: 'X.', type: 'gauge', samples }])).toContain(
      'x{image="a\\"b\\\\c\\nd"} 1\n',
    );
  });
});
