import { realpath } from 'node:fs/promises';
import { chooseRuntime, createLocalHost, explainPod, runnerProgram, type PodExplanation } from '@interlink/batch';
import type { RetrievedPodData } from '@interlink/spec';
import type { SlurmPluginOptions } from './create-slurm-plugin.ts';
import { commandLine, hostBehind } from './scheduler/command-line.ts';
import { launcherPath } from './scheduler/launcher.ts';
import { describeSlurm } from './scheduler/slurm-scheduler.ts';
import { buildSbatchArguments } from './submit/build-sbatch-arguments.ts';

/** What {@link explainSlurmPod} needs of the plugin's options. */
export type SlurmExplainOptions = Omit<SlurmPluginOptions, 'logger' | 'clock' | 'onStep'>;

/** What the Slurm plugin would do with a pod. */
export interface SlurmPodExplanation extends PodExplanation {
  /** The command that would submit the job, `sbatch` and its arguments; absent when the pod would be refused. */
  readonly submission?: readonly string[];
}

/**
 * What the Slurm plugin would do with a pod: verdicts, the job and the command that would submit it. Nothing is submitted, and no Slurm is
 * asked: that no node is large enough, or that a partition does not exist, only shows at the submission.
 */
export async function explainSlurmPod(
  data: RetrievedPodData,
  options: SlurmExplainOptions,
): Promise<SlurmPodExplanation> {
  const host = createLocalHost();
  await host.makeDirectories([options.root]);
  const root = await realpath(options.root);
  const runtime = await chooseRuntime(hostBehind(host, options.wrapper ?? []), root, options);
  const explanation = await explainPod(data, {
    root,
    host,
    runtime,
    scheduler: describeSlurm(options.jobs, runtime.name),
    policy: options.policy ?? {},
    runner: runnerProgram(),
    createdAt: new Date().toISOString(),
  });
  const { job } = explanation;
  if (job === undefined) return explanation;
  const launcher = launcherPath(root, options.launcher);
  return { ...explanation, submission: commandLine(options.commands.sbatch, buildSbatchArguments(job, launcher)) };
}
