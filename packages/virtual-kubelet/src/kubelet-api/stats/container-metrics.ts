import type { ContainerStats, Pod, PodStats } from '@interlink/spec';
import type { MetricFamily, Sample } from './format-exposition.ts';
import type { Summary } from './node-stats.ts';

const nanosecondsPerSecond = 1e9;

/** The pod of a name, undefined when the node has none. */
export type FindPod = (namespace: string, name: string) => Pod | undefined;

/**
 * `/metrics/cadvisor`: of the series that a kubelet's cAdvisor has, those of containers whose figures are known, with the labels that
 * dashboards select by. Those of cgroups (`id`, containers without a name) are absent.
 */
export function containerMetrics(summary: Summary, findPod: FindPod): readonly MetricFamily[] {
  const of = (sample: (container: ContainerStats) => Omit<Sample, 'labels'> | undefined): readonly Sample[] =>
    summary.pods.flatMap((pod) =>
      pod.containers.flatMap((container) => {
        const found = sample(container);
        return found === undefined ? [] : [{ ...found, labels: labelsOf(pod, container, findPod) }];
      }),
    );
  return [
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed in seconds.',
      type: 'counter',
      samples: of(({ cpu }) => sampleOf(cpu?.usageCoreNanoSeconds, cpu?.time, nanosecondsPerSecond)),
    },
    {
      name: 'container_memory_rss',
      help: 'Size of RSS in bytes.',
      type: 'gauge',
      samples: of(({ memory }) => sampleOf(memory?.rssBytes, memory?.time)),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Current working set in bytes.',
      type: 'gauge',
      samples: of(({ memory }) => sampleOf(memory?.workingSetBytes, memory?.time)),
    },
    {
      name: 'container_start_time_seconds',
      help: 'Start time of the container since unix epoch in seconds.',
      type: 'gauge',
      samples: of(({ startTime }) => ({ value: Date.parse(startTime) / 1000 })),
    },
  ];
}

function sampleOf(
  figure: number | undefined,
  time: string | undefined,
  divisor = 1,
): Omit<Sample, 'labels'> | undefined {
  return figure === undefined || time === undefined ? undefined : { value: figure / divisor, time };
}

function labelsOf({ podRef }: PodStats, { name }: ContainerStats, findPod: FindPod): Readonly<Record<string, string>> {
  const { spec } = findPod(podRef.namespace, podRef.name) ?? {};
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const image = all.find((container) => container.name === name)?.image;
  return {
    container: name,
    ...(image === undefined ? {} : { image }),
    namespace: podRef.namespace,
    pod: podRef.name,
  };
}
