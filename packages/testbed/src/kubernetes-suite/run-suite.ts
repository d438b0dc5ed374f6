import { join } from 'node:path';
import type { Environment } from '../cache/cache-path.ts';
import { silentProgress, type Progress } from '../progress/progress.ts';
import { groupSpecs, matchNames } from './group-specs.ts';
import type { SpecResult } from './read-suite-report.ts';
import { runGinkgo, type GinkgoRun } from './run-ginkgo.ts';
import type { SuitePrograms } from './suite-programs.ts';

/** The specs that judge a node: those of SIG Node that are part of conformance. */
export const nodeConformanceFocus = String.raw`\[sig-node\].*\[Conformance\]`;

/** What is run, and where. */
export interface SuiteRunOptions {
  readonly programs: Pick<SuitePrograms, 'suite' | 'ginkgo'>;
  readonly kubeconfigFile: string;
  /** Regular expression over the full names of specs. Default {@link nodeConformanceFocus}. */
  readonly focus?: string | undefined;
  /** Regular expression of specs to leave out. Default: none. */
  readonly skip?: string | undefined;
  /** Specs at the same time, of those that may. Default 3. */
  readonly processes?: number | undefined;
  /** Gets logs and ginkgo's own reports; made when absent. */
  readonly outputDirectory: string;
  /** The longest time of each group of specs, in minutes. Default 90. */
  readonly timeoutMinutes?: number | undefined;
  readonly progress?: Progress | undefined;
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs specs of Kubernetes' end-to-end suite against a cluster and gives the result of each, in the order of their names; a spec that fails
 * is a result. Specs whose containers listen at the same ports run one after the other, since the pods of a batch node share its network;
 * disruptive ones run last and alone. `BackendError` when the suite itself could not be run.
 */
export async function runSuite(options: SuiteRunOptions): Promise<readonly SpecResult[]> {
  const { programs, kubeconfigFile, outputDirectory, signal, environment = process.env, processes = 3 } = options;
  const { focus = nodeConformanceFocus, skip, timeoutMinutes = 90, progress = silentProgress } = options;
  const common = { programs, kubeconfigFile, timeoutMinutes, environment, signal };
  const at = (name: string): string => join(outputDirectory, name);
  const listing = { ...common, focus, skip, processes: 1, dryRun: true, outputDirectory: at('list') };
  const names = (await runGinkgo(listing)).map(({ name }) => name);
  const groups = groupSpecs(names);
  const task = progress.begin(`running ${names.length} specs`, 'half an hour for all of SIG Node');
  let done = 0;
  const onDone = (specs: number): void => {
    done += specs;
    if (specs > 0) task.update(Math.min(1, done / names.length), `${done} of ${names.length}`);
  };
  const run = async (group: keyof typeof groups, atOnce: number): Promise<SpecResult[]> => {
    const wanted: GinkgoRun = {
      ...common,
      focus: matchNames(groups[group]),
      processes: atOnce,
      outputDirectory: at(group),
      onDone,
    };
    return groups[group].length === 0 ? [] : await runGinkgo(wanted);
  };
  try {
    const together = await Promise.all([run('parallel', processes), run('listening', 1)]);
    const alone = await run('disruptive', 1);
    return [...together.flat(), ...alone].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } finally {
    task.end();
  }
}
