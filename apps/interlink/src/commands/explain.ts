import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemblePodData } from '@interlink/api-server';
import type { PodExplanation } from '@interlink/batch';
import type { FieldVerdict } from '@interlink/plugin-sdk';
import { explainProcessPod, pluginOptions as processOptions, processConfigSchema } from '@interlink/plugin-process';
import {
  explainSlurmPod,
  loadSlurmConfig,
  pluginOptions as slurmOptions,
  type SlurmPodExplanation,
} from '@interlink/plugin-slurm';
import { checkConfig, readYamlFile } from '@interlink/runtime';
import type { Pod, RetrievedPodData } from '@interlink/spec';
import type { BackendName } from '../backend/backend.ts';
import { completePod } from '../pod/complete-pod.ts';
import { readPodFile } from '../pod/read-pod-file.ts';
import { createPrinter, type Printer, type Tone } from '../print/printer.ts';

/** Command line of `interlink explain`. */
export interface ExplainFlags {
  readonly backend?: BackendName;
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

/** What both plugins' explanations have, and the command of those that submit by one. */
type Explanation = PodExplanation & Pick<SlurmPodExplanation, 'submission'>;

async function explainByProcess(data: RetrievedPodData, file: string | undefined, root: string): Promise<Explanation> {
  const value = file === undefined ? {} : await readYamlFile(file);
  const config = checkConfig(processConfigSchema, value, { source: file ?? 'defaults' });
  return await explainProcessPod(data, processOptions({ ...config, workDirectory: root }, root));
}

async function explainBySlurm(data: RetrievedPodData, file: string | undefined, root: string): Promise<Explanation> {
  const { config } = await loadSlurmConfig(file === undefined ? {} : { file });
  return await explainSlurmPod(data, slurmOptions({ ...config, workDirectory: root }, root));
}

async function explainFile(file: string, { backend = 'process', config }: ExplainFlags): Promise<Explanation> {
  const { pod, configMaps, secrets } = await readPodFile(file);
  const data = assemblePodData({ pod: completePod(pod), configmaps: configMaps, secrets });
  const root = await mkdtemp(join(tmpdir(), 'interlink-explain-'));
  try {
    const explanation = await (backend === 'slurm' ? explainBySlurm : explainByProcess)(data, config, root);
    return { ...explanation, verdicts: explanation.verdicts.filter(({ path }) => isOfFile(path, pod)) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Not what {@link completePod} filled in. */
function isOfFile(path: string, pod: Pod): boolean {
  return path !== 'spec.restartPolicy' || pod.spec?.restartPolicy !== undefined;
}

function printVerdicts(explanation: Explanation, printer: Printer): void {
  printer.line('What becomes of each field', 'heading');
  for (const { path, verdict, note } of explanation.verdicts) {
    printer.line(
      `  ${printer.paint(verdict.padEnd(verdictWidth), tones[verdict])}  ${path}${note === '' ? '' : `: ${note}`}`,
    );
  }
}

function printJob({ job, submission, containers }: Explanation, printer: Printer): void {
  if (job === undefined) return;
  printer.line('The job', 'heading');
  printer.line(`  ${JSON.stringify(submission ?? job.argv)}`);
  for (const { name, image, argv, environmentNames, workingDirectory, ownMounts } of containers) {
    printer.line(
      `  ${printer.paint(name, 'heading')} in ${workingDirectory}${ownMounts ? ', with mounts of its own' : ''}`,
    );
    if (image !== undefined) printer.line(`    image: ${image}`);
    printer.line(`    ${JSON.stringify(argv)}`);
    if (environmentNames.length > 0) printer.line(`    environment: ${environmentNames.join(' ')}`, 'quiet');
  }
}

/**
 * Says what a plugin would make of a pod. Nothing is run.
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
