import type { GroupName } from '../kit/check.ts';
import type { Outcome } from '../kit/run-check.ts';

/** How one sentence of the contract did. */
export interface CheckResult {
  readonly group: GroupName;
  readonly name: string;
  readonly outcome: Outcome['kind'];
  /** What was expected and what came, or why the check does not apply. */
  readonly message?: string;
  readonly durationMilliseconds: number;
}

/** What a run of the kit found. */
export interface Report {
  /** URL or name of the plugin. */
  readonly target: string;
  /** True: the plugin announces no extension, and the looser contract of the Go and Python plugins was checked. */
  readonly isForeign: boolean;
  /** The features that it announces. */
  readonly features: readonly string[];
  readonly results: readonly CheckResult[];
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
}

/** The report of a run, counted. */
export function buildReport(run: Pick<Report, 'target' | 'isForeign' | 'features' | 'results'>): Report {
  const count = (outcome: CheckResult['outcome']): number =>
    run.results.filter((result) => result.outcome === outcome).length;
  return { ...run, passed: count('passed'), failed: count('failed'), notApplicable: count('not-applicable') };
}
