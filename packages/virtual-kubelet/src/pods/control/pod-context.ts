import type { EventRecorder, KubeClient } from '@interlink/kube';
import type { Clock, Logger } from '@interlink/runtime';
import type { CreateExtensionKey, Feature, InterLinkApi, Pod } from '@interlink/spec';
import type { ObjectSource } from '../inputs/create-object-source.ts';
import type { EffectivePodSettings } from '../pod-settings.ts';
import { podAddresses } from '../status/pod-addresses.ts';
import type { StatusContext, WaitingReason } from '../status/status-context.ts';
import { remoteStateCondition } from '../status/remote-evidence.ts';
import { podUid } from './pod-identity.ts';
import type { PodStore } from './create-pod-store.ts';
import type { PodMemory } from './pod-memory.ts';
import type { PodMetrics } from './pod-metrics.ts';
import { steadyAgeSeconds } from './steady-age.ts';

/** What the steps of the pod controller work with. */
export interface PodContext {
  readonly client: KubeClient;
  readonly api: InterLinkApi;
  readonly nodeName: string;
  readonly clusterId: string;
  /** The node's address. */
  readonly nodeIp: string;
  readonly settings: EffectivePodSettings;
  readonly objects: ObjectSource;
  readonly store: PodStore;
  readonly memory: PodMemory;
  readonly events: EventRecorder;
  readonly metrics: PodMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the peer announced last. */
  readonly features: () => ReadonlySet<Feature>;
  /** What of a create the peer announced that it makes use of. */
  readonly accepts: () => ReadonlySet<CreateExtensionKey>;
  /** Whether the peer pushes changes now. */
  readonly isPushed: () => boolean;
  /** Asks for the status of all pods soon. */
  readonly askSoon: () => void;
  /** Ends the job of a pod that is no more. */
  readonly depart: (pod: Pod) => void;
}

/** What a step of a reconcile asks for. */
export type Step = { readonly requeueAfterSeconds?: number | undefined } | undefined;

/** The context of a status that is computed now. */
export function statusContext(
  context: PodContext,
  pod: Pod,
  waiting?: (containerName: string) => WaitingReason | undefined,
): StatusContext {
  const { nodeIp, settings, clock, memory } = context;
  const addresses = podAddresses(pod, nodeIp);
  const { lostAfterSeconds, unknownLostAfterSeconds } = settings;
  const doubtSeconds = (time: string): number => steadyAgeSeconds(context, pod, { kind: 'doubt', time });
  // At its first sight, not when it is judged: the machine's clock may be set in between.
  const doubt = remoteStateCondition(pod);
  if (doubt?.status === 'False') doubtSeconds(doubt.lastTransitionTime ?? '');
  const held = memory.heldBack.get(podUid(pod));
  const reason = held === undefined ? waiting : (name: string) => held.get(name) ?? waiting?.(name);
  return { addresses, lostAfterSeconds, unknownLostAfterSeconds, now: clock.now(), doubtSeconds, waiting: reason };
}

/** The reason of containers that are being created, as a kubelet words it. */
export function creatingReason(pod: Pod): WaitingReason {
  return { reason: (pod.spec?.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating' };
}
