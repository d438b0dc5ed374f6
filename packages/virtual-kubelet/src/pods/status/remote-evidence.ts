import type { Pod, PodCondition, PodStatus } from '@interlink/spec';
import { readContainerState } from './container-state.ts';
import type { ConditionClaim } from './pod-conditions.ts';

/** Condition of a pod: whether the backend can be asked about its job. Absent until it could not for the first time. */
export const remoteStateKnown = 'interlink.eu/RemoteStateKnown';

/** Reason of {@link remoteStateKnown} when the backend positively has no job of the pod. */
export const jobGoneReason = 'JobGone';

/** Why an answer cannot be believed, wholly or in part. */
export interface Doubt {
  readonly reason: string;
  readonly message: string;
}

/** How far an answer about a pod can be believed. */
export interface Evidence {
  /** Whether its container states count. */
  readonly states: boolean;
  /** Whether the sender speaks the extension, and so means what it says exactly. */
  readonly exact: boolean;
  readonly doubt?: Doubt;
}

/** Judges an answer: container states are evidence only where the sender knows them. Silence is none. */
export function judgeRemote(remote: PodStatus | undefined): Evidence {
  const { state, reason, message } = remote?.interlink ?? {};
  const exact = state !== undefined;
  if (state === 'gone') {
    const words = message ?? 'the backend has no job and no record of this pod';
    return { states: false, exact, doubt: { reason: jobGoneReason, message: words } };
  }
  if (state === 'unknown') {
    const words = message ?? 'the backend could not be asked';
    return { states: false, exact, doubt: { reason: reason ?? 'BackendUnreachable', message: words } };
  }
  const containers = [...(remote?.initContainers ?? []), ...(remote?.containers ?? [])];
  const codeless = containers.filter((status) => readContainerState(status.state) === 'no-exit-code');
  const states = containers.length > 0;
  if (codeless.length === 0) return { states, exact };
  const names = codeless.map(({ name }) => name).join(' ');
  return { states, exact, doubt: { reason: 'ExitCodeMissing', message: `ended without an exit code: [${names}]` } };
}

/** What the condition says after an answer; undefined leaves it as it is. The same doubt in other words is no news. */
export function remoteStateClaim(evidence: Evidence, previous: PodCondition | undefined): ConditionClaim | undefined {
  const { doubt, states } = evidence;
  if (doubt === undefined) return states && previous ? { type: remoteStateKnown, status: 'True' } : undefined;
  const same = previous?.status === 'False' && previous.reason === doubt.reason;
  const message = same ? previous.message : doubt.message;
  return { type: remoteStateKnown, status: 'False', reason: doubt.reason, message, timeOf: 'reason' };
}

/** The condition of a pod, where it has it. */
export function remoteStateCondition(pod: Pod): PodCondition | undefined {
  return pod.status?.conditions?.find(({ type }) => type === remoteStateKnown);
}
