import {
  announcedAccepts,
  announcedFeatures,
  type CreateExtensionKey,
  type Feature,
  type Taint,
} from '@interlink/spec';
import type { NodeCapacity, NodeSettings } from '../config/virtual-kubelet-config.ts';

/** What a ping told last, and how many failed since. */
export type PingOutcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string };

/** What the virtual kubelet knows of its node; the Node object is made from it. */
export interface NodeState {
  readonly capacity: NodeCapacity;
  /** Without the system taint. */
  readonly taints: readonly Taint[];
  /** Labels that the peer announced. */
  readonly announcedLabels: Readonly<Record<string, string>>;
  readonly features: ReadonlySet<Feature>;
  /** What of a create the peer makes use of beyond what Go peers do. */
  readonly accepts: ReadonlySet<CreateExtensionKey>;
  readonly ping: PingOutcome;
  /** Failed pings in a row. */
  readonly failures: number;
  /** What of the last answer could not be used, in words. */
  readonly problems: readonly string[];
  /** Undefined until it is known: then what the Node object says stays. */
  readonly ready: boolean | undefined;
}

/** The state before the first ping: what the configuration says. */
export function initialNodeState(settings: NodeSettings): NodeState {
  return {
    capacity: settings.capacity,
    taints: settings.taints,
    announcedLabels: {},
    features: announcedFeatures({}),
    accepts: announcedAccepts({}),
    ping: { kind: 'none' },
    failures: 0,
    problems: [],
    ready: undefined,
  };
}
