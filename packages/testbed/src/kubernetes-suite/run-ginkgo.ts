import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isInterLinkError } from '@interlink/spec';
import { runCommand } from '../binaries/run-command.ts';
import type { Environment } from '../cache/cache-path.ts';
import { readSuiteReport, type SpecResult } from './read-suite-report.ts';
import type { SuitePrograms } from './suite-programs.ts';

/** One call of ginkgo. */
export interface GinkgoRun {
  readonly programs: Pick<SuitePrograms, 'suite' | 'ginkgo'>;
  readonly kubeconfigFile: string;
  /** Regular expressions over the full names of specs. */
  readonly focus: string;
  readonly skip?: string | undefined;
  /** Specs at the same time. */
  readonly processes: number;
  /** Lists the specs, and runs none. */
  readonly dryRun?: boolean;
  readonly timeoutMinutes: number;
  /** Gets the log and ginkgo's own report; made when absent. */
  readonly outputDirectory: string;
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of specs that ended since the last call. */
  readonly onDone?: (specs: number) => void;
}

function buildArguments(run: GinkgoRun): string[] {
  return [
    `--procs=${run.processes}`,
    '--no-color',
    '--silence-skips',
    `--focus=${run.focus}`,
    ...(run.skip === undefined ? [] : [`--skip=${run.skip}`]),
    ...(run.dryRun === true ? ['--dry-run'] : []),
    `--timeout=${run.timeoutMinutes}m`,
    '--json-report=report.json',
    `--output-dir=${run.outputDirectory}`,
    run.programs.suite,
    '--',
    '--provider=skeleton',
    `--kubeconfig=${run.kubeconfigFile}`,
    '--num-nodes=1',
    '--allowed-not-ready-nodes=0',
    '--dump-logs-on-failure=false',
  ];
}

/** Ended specs are dots at the beginning of a line; one that failed or was slow has a line of its own. */
function countEnded(line: string): number {
  return line.startsWith('• [') ? 1 : (/^•+/.exec(line)?.[0].length ?? 0);
}

/** Runs specs and gives their results, failed ones among them. `BackendError` when the suite itself could not be run. */
export async function runGinkgo(run: GinkgoRun): Promise<SpecResult[]> {
  const { outputDirectory, environment, signal, onDone } = run;
  await mkdir(outputDirectory, { recursive: true });
  const log = createWriteStream(join(outputDirectory, 'suite.log'));
  const onLine = (line: string): void => {
    log.write(`${line}\n`);
    onDone?.(countEnded(line));
  };
  const report = (): Promise<SpecResult[]> =>
    readFile(join(outputDirectory, 'report.json'), 'utf8').then((text) => readSuiteReport(text));
  try {
    await runCommand({ argv: [run.programs.ginkgo, ...buildArguments(run)], environment, onLine, signal });
  } catch (error) {
    if (signal?.aborted === true || !isInterLinkError(error)) throw error;
    // It ends with an exit code when a spec fails; what happened is in the report then.
    return await report().catch(() => Promise.reject(error));
  } finally {
    log.end();
  }
  return await report();
}
