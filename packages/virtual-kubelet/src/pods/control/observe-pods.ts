import type { WorkQueue } from '@interlink/kube';
import type { Metrics } from '@interlink/runtime';
import type { PodStore } from './create-pod-store.ts';

const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;

/** Makes what is counted only when somebody asks: the pods by phase, and the keys that wait for a worker. */
export function observePods(
  metrics: Metrics,
  { store, queue }: { readonly store: PodStore; readonly queue: WorkQueue },
): void {
  metrics.observed('interlink_pod_queue_depth', 'Pods that wait to be looked at', {
    read: (gauge) => gauge.set(queue.size),
  });
  metrics.observed('interlink_pods', 'Pods of the node, by phase', {
    labels: ['phase'],
    read(gauge) {
      const counts = new Map<string, number>(phases.map((phase) => [phase, 0]));
      for (const { status } of store.list()) {
        const phase = counts.has(status?.phase ?? '') ? (status?.phase ?? '') : 'Unknown';
        counts.set(phase, (counts.get(phase) ?? 0) + 1);
      }
      for (const [phase, count] of counts) gauge.set({ phase }, count);
    },
  });
}
