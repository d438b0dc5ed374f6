import { InvalidInputError, type Probe } from '@interlink/spec';

/** What a probe is for. */
export type ProbeKind = 'startup' | 'readiness' | 'liveness';

const ofThePod = -1;

/** The numbers of a probe as the runner reads them: delay, period, timeout, successes, failures, grace; -1 for the pod's own grace period. */
export function formatProbeTiming(probe: Probe, kind: ProbeKind, field: string): string {
  // An API server fills in the default for 0 as well.
  const count = (key: CountKey, standard: number): number => checked(probe[key] || standard, 1, `${field}.${key}`);
  const successes = count('successThreshold', 1);
  if (kind !== 'readiness' && successes !== 1) {
    throw invalid(`${field}.successThreshold`, `must be 1 for a ${kind} probe`);
  }
  if (kind === 'readiness' && probe.terminationGracePeriodSeconds !== undefined) {
    throw invalid(`${field}.terminationGracePeriodSeconds`, 'must not be set for readiness probes');
  }
  const grace = probe.terminationGracePeriodSeconds ?? ofThePod;
  return [
    checked(probe.initialDelaySeconds ?? 0, 0, `${field}.initialDelaySeconds`),
    count('periodSeconds', 10),
    count('timeoutSeconds', 1),
    successes,
    count('failureThreshold', 3),
    grace === ofThePod ? grace : checked(grace, 1, `${field}.terminationGracePeriodSeconds`),
  ].join(' ');
}

type CountKey = 'periodSeconds' | 'timeoutSeconds' | 'successThreshold' | 'failureThreshold';

function checked(value: number, least: number, field: string): number {
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return value;
  throw invalid(field, `must be a whole number from ${least} on`);
}

function invalid(field: string, problem: string): InvalidInputError {
  return new InvalidInputError(`${field} ${problem}`, { field });
}
