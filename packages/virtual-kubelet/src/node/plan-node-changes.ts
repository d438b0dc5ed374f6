import { isDeepStrictEqual } from 'node:util';
import { parseQuantity } from '@interlink/plugin-sdk';
import type { Node, NodeCondition } from '@interlink/spec';
import type { NodeCapacity } from '../config/virtual-kubelet-config.ts';
import {
  buildAnnotations,
  buildLabels,
  buildStatus,
  buildTaints,
  managedAnnotation,
  type NodeIdentity,
  type NodeStatus,
} from './build-node.ts';
import { formatManagedParts, readManagedParts, taintId, type ManagedParts } from './managed-parts.ts';
import type { NodeState } from './node-state.ts';

/** What is wanted of the Node object. */
export interface NodeWish {
  readonly identity: NodeIdentity;
  readonly state: NodeState;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** The status is written at least this often, also when nothing changed. */
  readonly heartbeatSeconds: number;
}

/** JSON merge patches for the Node object; a part that is undefined needs no write. */
export interface NodeChanges {
  /** For labels and annotations. */
  readonly metadata?: {
    readonly labels?: Record<string, string | null>;
    readonly annotations?: Record<string, string>;
  };
  /** For taints, podCIDR and providerID. */
  readonly spec?: Record<string, unknown>;
  /** For the status subresource. */
  readonly status?: Record<string, unknown>;
}

/** The Node object to create where there is none. */
export function buildNewNode({ identity, state, now }: NodeWish): Node {
  const { podCidr } = identity.settings;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: identity.name,
      labels: buildLabels(identity, state),
      annotations: { ...buildAnnotations(state), [managedAnnotation]: managedText(identity, state) },
    },
    spec: {
      providerID: `external:///${identity.name}`,
      taints: [...buildTaints(identity, state)],
      ...(podCidr === undefined ? {} : { podCIDR: podCidr, podCIDRs: [podCidr] }),
    },
    status: buildStatus(identity, state, { previous: [], now }),
  };
}

/** What must be written so that the Node object is as wished. Labels, taints, annotations and conditions of others stay as they are. */
export function planNodeChanges(node: Node, wish: NodeWish): NodeChanges {
  const metadata = planMetadata(node, wish);
  const spec = planSpec(node, wish);
  const status = planStatus(node, wish);
  return { ...(metadata && { metadata }), ...(spec && { spec }), ...(status && { status }) };
}

function planMetadata(node: Node, { identity, state }: NodeWish): NodeChanges['metadata'] {
  const { labels: present = {}, annotations: known = {} } = node.metadata ?? {};
  const wanted = buildLabels(identity, state);
  const dropped = managedOf(node).labels.filter((key) => !Object.hasOwn(wanted, key) && Object.hasOwn(present, key));
  const labels: Record<string, string | null> = {
    ...Object.fromEntries(dropped.map((key) => [key, null])),
    ...changed(wanted, present),
  };
  // Until a ping was answered or failed, what the last process wrote about it stays.
  const ping = state.ping.kind === 'none' ? {} : buildAnnotations(state);
  const annotations = changed({ ...ping, [managedAnnotation]: managedText(identity, state) }, known);
  if (Object.keys(labels).length === 0 && Object.keys(annotations).length === 0) return undefined;
  return { labels, annotations };
}

function planSpec(node: Node, { identity, state }: NodeWish): NodeChanges['spec'] {
  const own = buildTaints(identity, state);
  const present = node.spec?.taints ?? [];
  const ours = new Set([...own.map(taintId), ...managedOf(node).taints]);
  const foreign = present.filter((taint) => !ours.has(taintId(taint)));
  const kept = present.filter((taint) => own.some((wanted) => isDeepStrictEqual(wanted, taint)));
  const isSame = kept.length === own.length && kept.length + foreign.length === present.length;
  const { podCidr } = identity.settings;
  const changes: Record<string, unknown> = {
    ...(isSame ? {} : { taints: [...foreign, ...own] }),
    // The API server lets both be set once and never changed.
    ...(isEmpty(node.spec?.providerID) ? { providerID: `external:///${identity.name}` } : {}),
    ...(isEmpty(node.spec?.podCIDR) && podCidr !== undefined ? { podCIDR: podCidr, podCIDRs: [podCidr] } : {}),
  };
  return Object.keys(changes).length === 0 ? undefined : changes;
}

function planStatus(node: Node, wish: NodeWish): NodeChanges['status'] {
  const previous = node.status?.conditions ?? [];
  const wanted = buildStatus(wish.identity, wish.state, { previous, now: wish.now });
  const vanished = managedOf(node).resources.filter((name) => !Object.hasOwn(wanted.capacity ?? {}, name));
  const zero = Object.fromEntries(vanished.map((name) => [name, '0']));
  const status = {
    ...wanted,
    capacity: { ...zero, ...wanted.capacity },
    allocatable: { ...zero, ...wanted.allocatable },
  };
  // Also of one that is to come: somebody has set the clock back.
  const isDue = Math.abs(secondsSinceHeartbeat(previous, wish.now)) >= wish.heartbeatSeconds;
  return isDue || !isSameStatus(status, node.status ?? {}) ? status : undefined;
}

function isSameStatus(wanted: NodeStatus, present: NodeStatus): boolean {
  return (
    hasAmounts(present.capacity ?? {}, wanted.capacity ?? {}) &&
    hasAmounts(present.allocatable ?? {}, wanted.allocatable ?? {}) &&
    isDeepStrictEqual(wanted.addresses, present.addresses) &&
    isDeepStrictEqual(wanted.daemonEndpoints, present.daemonEndpoints) &&
    present.nodeInfo?.kubeletVersion === wanted.nodeInfo?.kubeletVersion &&
    isDeepStrictEqual(wanted.conditions?.map(withoutHeartbeat), present.conditions?.map(withoutHeartbeat))
  );
}

/** Whether every amount is there. The API server writes quantities its own way: `3000G` becomes `3T`. */
function hasAmounts(present: NodeCapacity, wanted: NodeCapacity): boolean {
  return Object.entries(wanted).every(([name, amount]) => {
    const found = present[name];
    return found !== undefined && (found === amount || parseQuantity(found) === parseQuantity(amount));
  });
}

function secondsSinceHeartbeat(conditions: readonly NodeCondition[], now: string): number {
  const last = conditions.find(({ type }) => type === 'Ready')?.lastHeartbeatTime;
  return last === undefined ? Number.POSITIVE_INFINITY : (Date.parse(now) - Date.parse(last)) / 1000;
}

function withoutHeartbeat({ type, status, reason, message, lastTransitionTime }: NodeCondition): NodeCondition {
  return { type, status, reason: reason ?? '', message: message ?? '', lastTransitionTime: lastTransitionTime ?? '' };
}

/** The entries of `wanted` that `present` lacks or has otherwise. */
function changed(
  wanted: Readonly<Record<string, string>>,
  present: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => present[key] !== value));
}

function managedOf(node: Node): ManagedParts {
  return readManagedParts(node.metadata?.annotations?.[managedAnnotation]);
}

function managedText(identity: NodeIdentity, state: NodeState): string {
  return formatManagedParts({
    labels: Object.keys(buildLabels(identity, state)),
    taints: buildTaints(identity, state).map(taintId),
    resources: Object.keys(state.capacity),
  });
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === '';
}
