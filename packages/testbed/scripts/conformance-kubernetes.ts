import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runProcess } from '@interlink/runtime';
import {
  createProgress,
  ensureSuitePrograms,
  formatSuiteReport,
  judgeBySuite,
  reasonOf,
  type SpecResult,
} from '../src/index.ts';

const usage = `npm run conformance:kubernetes -- [options]

  --focus REGEXP      specs to run, by name (default: those of SIG Node that are part of conformance)
  --skip REGEXP       specs to leave out
  --kubeconfig FILE   a cluster of yours (default: a control plane and a node with Apptainer that are started for the run)
  --processes N       specs at the same time (default: 3)
  --report FILE       writes the results as the reference page
  --output DIRECTORY  gets the logs (default: a temporary directory)
  --prepare           builds what is missing, and runs nothing
`;

const { values } = parseArgs({
  options: {
    focus: { type: 'string' },
    skip: { type: 'string' },
    kubeconfig: { type: 'string' },
    processes: { type: 'string' },
    report: { type: 'string' },
    output: { type: 'string' },
    prepare: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

function say(results: readonly SpecResult[]): number {
  const failed = results.filter(({ passed }) => !passed);
  for (const { name, message = '' } of failed) {
    process.stdout.write(`failed: ${name}\n  ${reasonOf(name) ?? message.split('\n')[0] ?? ''}\n`);
  }
  process.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
  return results.length > 0 && failed.every(({ name }) => reasonOf(name) !== undefined) ? 0 : 1;
}

async function judge(signal: AbortSignal): Promise<number> {
  const progress = createProgress();
  const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));
  const results = await judgeBySuite({
    progress,
    signal,
    focus: values.focus,
    skip: values.skip,
    processes: values.processes === undefined ? undefined : Number(values.processes),
    kubeconfigFile: absolute(values.kubeconfig),
    outputDirectory: absolute(values.output),
  });
  if (values.report !== undefined) await writeFile(resolve(values.report), formatSuiteReport(results));
  return say(results);
}

async function run(signal: AbortSignal): Promise<number> {
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.prepare !== true) return await judge(signal);
  const { directory } = await ensureSuitePrograms({ signal });
  process.stdout.write(`the tests of Kubernetes: ${directory}\n`);
  return 0;
}

/** Judges a virtual node by Kubernetes' own end-to-end tests. Exit code 0 when all specs passed but those that are known to fail. */
await runProcess({ name: 'conformance', run: ({ signal }) => run(signal) });
