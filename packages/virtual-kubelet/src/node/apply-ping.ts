import { announcedAccepts, announcedFeatures, type PingResponse } from '@interlink/spec';
import { isLabelValue, isQualifiedName } from './label-syntax.ts';
import type { NodeState } from './node-state.ts';
import { readAnnouncedCapacity } from './read-announced-capacity.ts';
import { readTaints } from './read-taints.ts';

/** The state after a ping was answered. Taints absent: the last ones stay; an empty list: none but the system's. */
export function applyPingAnswer(state: NodeState, response: PingResponse): NodeState {
  const { capacity, problems } = readAnnouncedCapacity(state.capacity, response.resources);
  const read = response.taints === undefined || response.taints === null ? undefined : readTaints(response.taints);
  const labels = readLabels(response.interlink?.labels ?? {});
  return {
    capacity,
    taints: read?.taints ?? state.taints,
    announcedLabels: labels.labels,
    features: announcedFeatures(response),
    accepts: announcedAccepts(response),
    ping: { kind: 'answered', text: JSON.stringify(response) },
    failures: 0,
    problems: [...problems, ...(read?.problems ?? []), ...labels.problems],
    ready: true,
  };
}

/** The state after a ping failed: the node stops being Ready only after several in a row. */
export function applyPingFailure(state: NodeState, message: string, failuresBeforeNotReady: number): NodeState {
  const failures = state.failures + 1;
  const ready = failures >= failuresBeforeNotReady ? false : state.ready;
  return { ...state, ping: { kind: 'failed', message }, failures, ready };
}

function readLabels(announced: Readonly<Record<string, string>>): {
  labels: Record<string, string>;
  problems: string[];
} {
  const isLabel = ([key, value]: [string, string]): boolean => isQualifiedName(key) && isLabelValue(value);
  const entries = Object.entries(announced);
  return {
    labels: Object.fromEntries(entries.filter(isLabel)),
    problems: entries
      .filter((entry) => !isLabel(entry))
      .map(([key]) => `interlink.labels: ${JSON.stringify(key)} is no label and is left out`),
  };
}
