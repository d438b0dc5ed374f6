import { allChecks } from './checks/all-checks.ts';
import { groupNames, type Check } from './kit/check.ts';
import { ConformanceFailure } from './kit/conformance-failure.ts';
import { readFacts } from './kit/read-facts.ts';
import { runCheck } from './kit/run-check.ts';
import { openWorld, type Target } from './open-world.ts';
import { settingsOf, type ConformanceOptions } from './run-conformance.ts';

/** As much of a test runner as the kit needs: vitest's `describe` and `it`, or another's. */
export interface TestRunner {
  /** Groups the checks of one topic, as `describe` of vitest does. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Runs one check, as `it` of vitest does. */
  readonly it: (
    name: string,
    body: (context: { skip?: (reason?: string) => unknown }) => Promise<void>,
    timeoutMilliseconds: number,
  ) => unknown;
}

/** A target of one test; disposed after it. What it says of the pods wins over {@link DescribeOptions}. */
export type TestTarget = Target & Pick<ConformanceOptions, 'pods'> & Partial<AsyncDisposable>;

/** How {@link describeConformance} makes its tests. */
export interface DescribeOptions extends Pick<ConformanceOptions, 'pods' | 'only' | 'settleSeconds'> {
  /** Gives a world of its own to each test. */
  readonly factory: () => Promise<TestTarget>;
}

/** More than any check takes, so that the kit's own words come before the runner's. */
const timeoutFactor = 6;

/**
 * The contract as tests of a runner: one `describe` for each group, one `it` for each sentence. A sentence that says nothing of this
 * plugin (a feature that it does not announce) is skipped with the reason; nothing else is.
 */
export function describeConformance({ describe, it }: TestRunner, options: DescribeOptions): void {
  const { settleSeconds } = settingsOf(options);
  for (const group of groupNames.filter((name) => options.only?.includes(name) ?? true)) {
    describe(`contract: ${group}`, () => {
      for (const check of allChecks.filter((candidate) => candidate.group === group)) {
        it(check.name, (context) => runTest(check, options, context), settleSeconds * timeoutFactor * 1000);
      }
    });
  }
}

async function runTest(
  check: Check,
  options: DescribeOptions,
  context: { skip?: (reason?: string) => unknown },
): Promise<void> {
  const target = await options.factory();
  try {
    await using world = openWorld(target);
    const { signal } = new AbortController();
    const facts = await readFacts(world.plugin, signal);
    const pods = { ...options.pods, ...target.pods };
    const outcome = await runCheck(check, world, { facts, signal, ...settingsOf({ ...options, pods }) });
    if (outcome.kind === 'failed') throw new ConformanceFailure(outcome.message);
    if (outcome.kind === 'not-applicable') context.skip?.(outcome.message);
  } finally {
    await target[Symbol.asyncDispose]?.();
  }
}
