import type { ContainerStatus, Pod, PodCondition } from '@interlink/spec';
import { formatTime } from './kubernetes-time.ts';
import { hasStarted, isTerminal, type PodPhase } from './pod-phase.ts';
import { resizePending } from './resize-claim.ts';

/** What the conditions of a pod are computed from. */
export interface ConditionFacts {
  readonly pod: Pod;
  readonly phase: PodPhase;
  readonly init: readonly ContainerStatus[];
  readonly sidecars: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
}

/** A condition without its times. */
export interface ConditionClaim {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** With what the time moves. Default: the status alone, as Kubernetes has it. */
  readonly timeOf?: 'status' | 'reason' | undefined;
}

/** The conditions that a kubelet keeps, as it words them. */
export function podConditions(facts: ConditionFacts): readonly ConditionClaim[] {
  const ready = containersReady(facts);
  return [
    { type: 'PodScheduled', status: 'True' },
    { type: 'PodReadyToStartContainers', status: hasSandbox(facts) ? 'True' : 'False' },
    initialized(facts),
    { type: 'ContainersReady', ...ready },
    { type: 'Ready', ...withReadinessGates(facts.pod, ready) },
  ];
}

/** The conditions with their times: a time moves only when the status does. Conditions of others are kept; one of a resize that is over goes. */
export function mergeConditions(
  previous: readonly PodCondition[],
  claims: readonly ConditionClaim[],
  moment: ConditionMoment,
): PodCondition[] {
  const claimed = claims.map((claim) =>
    mergeCondition(
      previous.find(({ type }) => type === claim.type),
      claim,
      moment,
    ),
  );
  const types = new Set([...claims.map(({ type }) => type), resizePending]);
  return [...claimed, ...previous.filter(({ type }) => !types.has(type))];
}

/** When conditions were computed, and from what. */
export interface ConditionMoment {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `metadata.generation` of the pod; API servers before 1.33 give none. */
  readonly generation: number | undefined;
}

function mergeCondition(
  previous: PodCondition | undefined,
  claim: ConditionClaim,
  { now, generation }: ConditionMoment,
): PodCondition {
  const { type, status, reason, message } = claim;
  const same = previous?.status === status && (claim.timeOf !== 'reason' || previous.reason === reason);
  const kept = same ? previous.lastTransitionTime : undefined;
  return {
    type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    lastTransitionTime: kept ?? formatTime(now),
  };
}

type Claim = Omit<ConditionClaim, 'type'>;

function hasSandbox({ phase, init, sidecars, main }: ConditionFacts): boolean {
  return !isTerminal(phase) && [...init, ...sidecars, ...main].some(hasStarted);
}

function initialized({ phase, init, sidecars, main }: ConditionFacts): ConditionClaim {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const waiting = [
    ...init.filter((status) => status.state?.terminated?.exitCode !== 0),
    ...sidecars.filter((status) => status.started !== true),
  ];
  if (waiting.length === 0 || main.some(hasStarted)) return { type, status: 'True' };
  const message = `containers with incomplete status: [${names(waiting)}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReady({ phase, sidecars, main }: ConditionFacts): Claim {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = [...sidecars, ...main].filter(({ ready }) => !ready);
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${names(unready)}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function withReadinessGates(pod: Pod, containers: Claim): Claim {
  if (containers.status === 'False') return containers;
  const gates = (pod.spec?.readinessGates ?? []).map(({ conditionType }) => conditionType);
  const closed = gates.filter((gate) => {
    return pod.status?.conditions?.find(({ type }) => type === gate)?.status !== 'True';
  });
  if (closed.length === 0) return containers;
  const message = closed
    .map((gate) => `corresponding condition of pod readiness gate "${gate}" is not "True".`)
    .join(' ');
  return { status: 'False', reason: 'ReadinessGatesNotReady', message };
}

function names(statuses: readonly ContainerStatus[]): string {
  return statuses.map(({ name }) => name).join(' ');
}
