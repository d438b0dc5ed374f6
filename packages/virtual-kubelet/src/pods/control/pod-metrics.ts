import type { Metrics } from '@interlink/runtime';

/** What is counted about pods. */
export interface PodMetrics {
  /** A create ended: `accepted`, `refused` or `failed`. */
  created(outcome: 'accepted' | 'refused' | 'failed', seconds: number): void;
  /** A delete ended: `accepted`, `failed`, or `abandoned` after too long. */
  deleted(outcome: 'accepted' | 'failed' | 'abandoned'): void;
  /** A status question for all pods ended. */
  polled(outcome: 'answered' | 'failed', seconds: number): void;
  /** A status was pushed by the peer. */
  pushed(): void;
  /** A job without a pod was deleted. */
  orphanDeleted(): void;
  /** So many jobs without a pod were found. */
  orphansFound(count: number): void;
  /** A look at a pod ended. */
  reconciled(outcome: 'done' | 'failed', seconds: number): void;
  /** The watch of the pods broke and is taken up again. */
  watchRestarted(): void;
}

/** The metrics in a registry. */
export function createPodMetrics(metrics: Metrics): PodMetrics {
  const creates = metrics.histogram('interlink_pod_create_seconds', 'Creates of pods at the backend', ['outcome']);
  const deletes = metrics.counter('interlink_pod_deletes_total', 'Deletes of pods at the backend', ['outcome']);
  const polls = metrics.histogram('interlink_pod_status_poll_seconds', 'Status questions for all pods', ['outcome']);
  const pushes = metrics.counter('interlink_pod_status_events_total', 'Statuses that the peer pushed');
  const orphans = metrics.counter('interlink_orphans_deleted_total', 'Jobs without a pod that were deleted');
  const found = metrics.gauge('interlink_orphans', 'Jobs without a pod at the last look');
  const reconciles = metrics.histogram('interlink_pod_reconcile_seconds', 'Looks at a pod, by how they ended', [
    'outcome',
  ]);
  const watches = metrics.counter('interlink_pod_watch_restarts_total', 'Times that the watch of the pods broke');
  return {
    orphansFound: (count) => found.set(count),
    reconciled: (outcome, seconds) => reconciles.observe({ outcome }, seconds),
    watchRestarted: () => watches.inc(),
    created: (outcome, seconds) => creates.observe({ outcome }, seconds),
    deleted: (outcome) => deletes.inc({ outcome }),
    polled: (outcome, seconds) => polls.observe({ outcome }, seconds),
    pushed: () => pushes.inc(),
    orphanDeleted: () => orphans.inc(),
  };
}
