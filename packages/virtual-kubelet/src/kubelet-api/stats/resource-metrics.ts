import type { ContainerStats, PodStats } from '@interlink/spec';
import type { MetricFamily, Sample } from './format-exposition.ts';
import type { Summary } from './node-stats.ts';

const nanosecondsPerSecond = 1e9;

/**
 * `/metrics/resource` as a kubelet names it (pkg/kubelet/metrics/collectors/resource_metrics.go of Kubernetes 1.36).
 *
 * @param summary - Undefined: it could not be had.
 */
export function resourceMetrics(summary: Summary | undefined): readonly MetricFamily[] {
  const failed = [{ value: summary === undefined ? 1 : 0 }];
  const help = '1 if there was an error while getting container metrics, 0 otherwise';
  return [
    ...(summary === undefined ? [] : [...nodeMetrics(summary), ...containerMetrics(summary), ...podMetrics(summary)]),
    { name: 'resource_scrape_error', help, type: 'gauge', samples: failed },
    { name: 'scrape_error', help, type: 'gauge', samples: failed },
  ];
}

function nodeMetrics({ node }: Summary): readonly MetricFamily[] {
  return [
    counter(
      'node_cpu_usage_seconds_total',
      'Cumulative cpu time consumed by the node in core-seconds',
      cpuSample(node),
    ),
    gauge('node_memory_working_set_bytes', 'Current working set of the node in bytes', memorySample(node)),
  ];
}

function containerMetrics({ pods }: Summary): readonly MetricFamily[] {
  const of = (sample: (container: ContainerStats, labels: Labels) => readonly Sample[]): readonly Sample[] =>
    pods.flatMap((pod) =>
      pod.containers.flatMap((container) => sample(container, { container: container.name, ...podLabels(pod) })),
    );
  return [
    gauge('container_start_time_seconds', 'Start time of the container since unix epoch in seconds', of(startSample)),
    counter(
      'container_cpu_usage_seconds_total',
      'Cumulative cpu time consumed by the container in core-seconds',
      of(cpuSample),
    ),
    gauge('container_memory_working_set_bytes', 'Current working set of the container in bytes', of(memorySample)),
  ];
}

function podMetrics({ pods }: Summary): readonly MetricFamily[] {
  const of = (sample: (pod: PodStats, labels: Labels) => readonly Sample[]): readonly Sample[] =>
    pods.flatMap((pod) => sample(pod, podLabels(pod)));
  return [
    counter('pod_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the pod in core-seconds', of(cpuSample)),
    gauge('pod_memory_working_set_bytes', 'Current working set of the pod in bytes', of(memorySample)),
  ];
}

type Labels = Readonly<Record<string, string>>;
type Used = Pick<PodStats, 'cpu' | 'memory'>;

function podLabels({ podRef: { name, namespace } }: PodStats): Labels {
  return { pod: name, namespace };
}

function startSample({ startTime }: ContainerStats, labels: Labels): readonly Sample[] {
  return [{ labels, value: Date.parse(startTime) / 1000 }];
}

function cpuSample({ cpu }: Used, labels: Labels = {}): readonly Sample[] {
  if (cpu?.usageCoreNanoSeconds === undefined) return [];
  return [{ labels, value: cpu.usageCoreNanoSeconds / nanosecondsPerSecond, time: cpu.time }];
}

function memorySample({ memory }: Used, labels: Labels = {}): readonly Sample[] {
  return memory?.workingSetBytes === undefined ? [] : [{ labels, value: memory.workingSetBytes, time: memory.time }];
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: 'counter', samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}
