import type { Node } from '@interlink/spec';
import { buildLabels, managedAnnotation, type NodeIdentity } from './build-node.ts';
import { readManagedParts, taintId } from './managed-parts.ts';
import { initialNodeState, type NodeState } from './node-state.ts';
import { systemTaint } from './read-taints.ts';

/**
 * The state until the first ping is answered, from what an earlier process left on the Node object: its capacity, taints and labels. A peer that is away
 * while the virtual kubelet restarts must not turn its announced capacity into the configured one.
 */
export function restoreNodeState(identity: NodeIdentity, node: Node | undefined): NodeState {
  const initial = initialNodeState(identity.settings);
  const text = node?.metadata?.annotations?.[managedAnnotation];
  if (node === undefined || text === undefined) return initial;
  const managed = readManagedParts(text);
  const known = buildLabels(identity, initial);
  const { labels = {} } = node.metadata ?? {};
  const capacity = Object.entries(node.status?.capacity ?? {}).filter(([name]) => managed.resources.includes(name));
  const taints = (node.spec?.taints ?? []).filter(
    (taint) => managed.taints.includes(taintId(taint)) && taint.key !== systemTaint.key,
  );
  const announced = Object.entries(labels).filter(
    ([key]) => managed.labels.includes(key) && !Object.hasOwn(known, key),
  );
  return {
    ...initial,
    capacity: capacity.length === 0 ? initial.capacity : Object.fromEntries(capacity),
    taints: taints.map(({ key, value, effect }) => ({ key, effect, ...(value === undefined ? {} : { value }) })),
    announcedLabels: Object.fromEntries(announced),
  };
}
