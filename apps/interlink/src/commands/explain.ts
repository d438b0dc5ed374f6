import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemblePodData } from '@interlink/api-server';
import type { PodExplanation } from '@interlink/batch';
import type { FieldVerdict } from '@interlink/plugin-sdk';
import { explainProcessPod, pluginOptions, processConfigSchema } from '@interlink/plugin-process';
import { checkConfig, readYamlFile } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { completePod } from '../pod/complete-pod.ts';
import { readPodFile } from '../pod/read-pod-file.ts';
import { createPrinter, type Printer, type Tone } from '../print/printer.ts';

/** Command line of `interlink explain`. */
export interface ExplainFlags {
  readonly config?: string;
  readonly json?: boolean;
}

const tones: Record<FieldVerdict['verdict'], Tone> = {
  honoured: 'good',
  emulated: 'plain',
  ignored: 'warning',
  refused: 'bad',
};
const verdictWidth = 8;

async function explainFile(file: string, flags: ExplainFlags): Promise<PodExplanation> {
  const { pod, configMaps, secrets } = await readPodFile(file);
  const value = flags.config === undefined ? {} : await readYamlFile(flags.config);
  const config = checkConfig(processConfigSchema, value, { source: flags.config ?? 'defaults' });
  const data = assemblePodData({ pod: completePod(pod), configmaps: configMaps, secrets });
  const directory = await mkdtemp(join(tmpdir(), 'interlink-explain-'));
  try {
    const explanation = await explainProcessPod(
      data,
      pluginOptions({ ...config, workDirectory: directory }, directory),
    );
    return { ...explanation, verdicts: explanation.verdicts.filter(({ path }) => isOfFile(path, pod)) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Not what {@link completePod} filled in. */
function isOfFile(path: string, pod: Pod): boolean {
  return path !== 'spec.restartPolicy' || pod.spec?.restartPolicy !== undefined;
}

function printVerdicts(explanation: PodExplanation, printer: Printer): void {
  printer.line('What becomes of each field', 'heading');
  for (const { path, verdict, note } of explanation.verdicts) {
    printer.line(
      `  ${printer.paint(verdict.padEnd(verdictWidth), tones[verdict])}  ${path}${note === '' ? '' : `: ${note}`}`,
    );
  }
}

function printJob({ job, containers }: PodExplanation, printer: Printer): void {
  if (job === undefined) return;
  printer.line('The job', 'heading');
  printer.line(`  ${JSON.stringify(job.argv)}`);
  for (const { name, argv, environmentNames, workingDirectory, ownMounts } of containers) {
    printer.line(
      `  ${printer.paint(name, 'heading')} in ${workingDirectory}${ownMounts ? ', with mounts of its own' : ''}`,
    );
    printer.line(`    ${JSON.stringify(argv)}`);
    if (environmentNames.length > 0) printer.line(`    environment: ${environmentNames.join(' ')}`, 'quiet');
  }
}

/**
 * Says what the process plugin would make of a pod. Nothing is run.
 *
 * @returns 0, or 1 when the pod would be refused.
 */
export async function explain(file: string, flags: ExplainFlags): Promise<number> {
  const explanation = await explainFile(file, flags);
  const printer = createPrinter();
  if (flags.json === true) {
    printer.line(JSON.stringify(explanation, undefined, 2));
  } else {
    printer.line(explanation.runtime);
    printVerdicts(explanation, printer);
    printJob(explanation, printer);
    if (explanation.refusal !== undefined)
      printer.line(`The pod would be refused: ${explanation.refusal.message}`, 'bad');
  }
  return explanation.refusal === undefined ? 0 : 1;
}
