import type { ContainerStatus } from '@interlink/spec';
import { mayStartAgain } from './container-status.ts';

/** The phases of a pod. */
export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** What a phase is computed from. The statuses are of the containers of the pod's spec, never only of those reported. */
export interface PhaseFacts {
  /** Init containers that run to their end; sidecars are not among them. */
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
  readonly restartPolicy: string;
  readonly previous: string | undefined;
  /** Whether the sender starts containers again by itself. A foreign plugin does not: an end is an end. */
  readonly restarts: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The phase, and when to look again where it is about to change by time alone. */
export interface PhaseVerdict {
  readonly phase: PodPhase;
  readonly lookAgainAfterSeconds?: number;
}

/** A container that a restart is due for, and that stays ended for so long, is not started again: the job is over. */
const restartGraceSeconds = 10;

/** True for a phase that is never left. */
export function isTerminal(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The phase of a pod. Success needs an exit code 0 of every main container. */
export function podPhase(facts: PhaseFacts): PhaseVerdict {
  const { init, main } = facts;
  const failedInit = init.filter((status) => (status.state?.terminated?.exitCode ?? 0) !== 0);
  if (failedInit.length > 0 && !main.some(hasStarted)) return ending('Failed', failedInit, 'init', facts);
  const ended = main.filter((status) => status.state?.terminated);
  if (main.length > 0 && ended.length === main.length) {
    const success = main.every((status) => status.state?.terminated?.exitCode === 0);
    return ending(success ? 'Succeeded' : 'Failed', ended, 'main', facts);
  }
  if (main.some(hasStarted)) return { phase: 'Running' };
  // A pod that ran once does not go back to Pending: its containers wait to be started again.
  return { phase: facts.previous === 'Running' ? 'Running' : 'Pending' };
}

function ending(
  phase: PodPhase,
  ended: readonly ContainerStatus[],
  role: 'init' | 'main',
  facts: PhaseFacts,
): PhaseVerdict {
  const policy = { role, podRestartPolicy: facts.restartPolicy };
  const due = ended.filter(({ state }) => mayStartAgain(policy, state?.terminated?.exitCode ?? 0));
  if (!facts.restarts || due.length === 0) return { phase };
  const lastEnd = Math.max(...due.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? '') || 0));
  const waitSeconds = restartGraceSeconds - (facts.now - lastEnd) / 1000;
  if (waitSeconds <= 0) return { phase };
  return { phase: role === 'main' ? 'Running' : 'Pending', lookAgainAfterSeconds: waitSeconds };
}

/** True for a container that runs or ran. */
export function hasStarted({ state, lastState }: ContainerStatus): boolean {
  return (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}
