import { allChecks } from './checks/all-checks.ts';
import type { Check, GroupName, PluginFacts } from './kit/check.ts';
import { settle, show } from './kit/expect.ts';
import { defaultPodSettings, type PodSettings } from './kit/pod-factory.ts';
import { readFacts } from './kit/read-facts.ts';
import { runCheck, type Outcome } from './kit/run-check.ts';
import { openWorld, type OpenWorld, type Target } from './open-world.ts';
import { buildReport, type CheckResult, type Report } from './report/report.ts';

/** What to check, and how. */
export interface ConformanceOptions extends Target {
  /** What the pods of the kit are made of. */
  readonly pods?: Partial<PodSettings>;
  /** These groups only. Default all. */
  readonly only?: readonly GroupName[];
  /** How long the backend may take for one step of a pod's life (to start, to end, to be gone), in seconds. Default 60. */
  readonly settleSeconds?: number;
  /** Ends the run: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with each result as it comes. */
  readonly onResult?: (result: CheckResult) => void;
}

/** How long a backend without a queue takes at most for a step of a pod's life. */
export const defaultSettleSeconds = 60;

/**
 * Checks a plugin against the contract, one sentence after the other, and deletes the pods that it made.
 *
 * A plugin that announces no extension is checked against the looser contract of the Go and Python plugins. A plugin that does
 * not answer a ping fails that check, and nothing else is tried.
 */
export async function runConformance(options: ConformanceOptions): Promise<Report> {
  await using world = openWorld(options);
  const signal = options.signal ?? new AbortController().signal;
  const ping = await settle(readFacts(world.plugin, signal));
  signal.throwIfAborted();
  const facts: PluginFacts = 'value' in ping ? ping.value : { isForeign: true, features: new Set() };
  const silence = 'error' in ping ? show(ping.error) : undefined;
  const results: CheckResult[] = [];
  for (const check of chosenChecks(options.only)) {
    const result = await timed(check, () => outcomeOf(check, { world, facts, silence, options, signal }));
    results.push(result);
    options.onResult?.(result);
  }
  return buildReport({ target: options.url ?? world.plugin.name, ...facts, features: [...facts.features], results });
}

interface Run {
  readonly world: OpenWorld;
  readonly facts: PluginFacts;
  /** Why the first ping failed. */
  readonly silence: string | undefined;
  readonly options: ConformanceOptions;
  readonly signal: AbortSignal;
}

function chosenChecks(only: readonly GroupName[] | undefined): readonly Check[] {
  return only === undefined ? allChecks : allChecks.filter((check) => only.includes(check.group));
}

function outcomeOf(check: Check, run: Run): Promise<Outcome> {
  if (run.silence === undefined) return runCheck(check, run.world, { ...run, ...settingsOf(run.options) });
  if (check === chosenChecks(run.options.only)[0])
    return Promise.resolve({ kind: 'failed', message: `unexpected error: ${run.silence}` });
  return Promise.resolve({ kind: 'not-applicable', message: 'the plugin does not answer a ping' });
}

/** The settings of a run with their defaults. */
export function settingsOf(options: Pick<ConformanceOptions, 'pods' | 'settleSeconds'>): {
  settings: PodSettings;
  settleSeconds: number;
} {
  return {
    settings: { ...defaultPodSettings, ...options.pods },
    settleSeconds: options.settleSeconds ?? defaultSettleSeconds,
  };
}

async function timed({ group, name }: Check, run: () => Promise<Outcome>): Promise<CheckResult> {
  const start = performance.now();
  const { kind, ...rest } = await run();
  return { group, name, outcome: kind, ...rest, durationMilliseconds: Math.round(performance.now() - start) };
}
