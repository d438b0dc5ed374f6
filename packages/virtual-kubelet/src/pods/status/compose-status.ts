import type { ContainerStatus, Pod, PodStatusV1 } from '@interlink/spec';
import { omitKeys } from '../omit-keys.ts';
import { present } from './container-state.ts';
import type { ContainerRole } from './container-status.ts';
import { formatTime } from './kubernetes-time.ts';
import { addressStatus } from './pod-addresses.ts';
import { mergeConditions, podConditions, type ConditionClaim } from './pod-conditions.ts';
import type { PodPhase } from './pod-phase.ts';
import type { StatusContext } from './status-context.ts';
import { statusesOf, type TrackedContainer } from './tracked-containers.ts';

/** The parts of a status that were decided. */
export interface StatusParts {
  readonly tracked: readonly TrackedContainer[];
  readonly phase: PodPhase;
  /** Conditions besides those that follow from the containers. */
  readonly claims: readonly ConditionClaim[];
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** Puts the parts together with the rest of the pod's status; nothing that others wrote is lost. */
export function composeStatus(pod: Pod, parts: StatusParts, context: StatusContext): PodStatusV1 {
  const previous = omitKeys(pod.status ?? {}, 'reason', 'message');
  const { tracked, phase, reason, message } = parts;
  const of = (...roles: readonly ContainerRole[]): ContainerStatus[] =>
    tracked.filter(({ role }) => roles.includes(role)).map(({ status }) => status);
  const init = of('init', 'sidecar');
  const ephemeral = of('ephemeral');
  const claims = podConditions({
    pod,
    phase,
    init: statusesOf(tracked, 'init'),
    sidecars: statusesOf(tracked, 'sidecar'),
    main: statusesOf(tracked, 'main'),
  });
  const moment = { now: context.now, generation: pod.metadata?.generation };
  return {
    ...previous,
    ...addressStatus(context.addresses),
    phase,
    ...present({ reason, message, observedGeneration: pod.metadata?.generation }),
    startTime: previous.startTime ?? formatTime(context.now),
    conditions: mergeConditions(previous.conditions ?? [], [...claims, ...parts.claims], moment),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: of('main'),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
  };
}
