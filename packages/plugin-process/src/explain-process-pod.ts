import { realpath } from 'node:fs/promises';
import { chooseRuntime, createLocalHost, explainPod, runnerProgram, type PodExplanation } from '@interlink/batch';
import type { RetrievedPodData } from '@interlink/spec';
import { createLocalScheduler } from './scheduler/local-scheduler.ts';
import type { ProcessPluginOptions } from './create-process-plugin.ts';

/** What {@link explainProcessPod} needs of the plugin's options. */
export type ExplainOptions = Pick<
  ProcessPluginOptions,
  'root' | 'runtime' | 'policy' | 'apptainer' | 'enroot' | 'images'
>;

/** What the process plugin would do with a pod on this machine: verdicts, and the job it would submit. Nothing is submitted. */
export async function explainProcessPod(data: RetrievedPodData, options: ExplainOptions): Promise<PodExplanation> {
  const host = createLocalHost();
  await host.makeDirectories([options.root]);
  const root = await realpath(options.root);
  const runtime = await chooseRuntime(host, root, options);
  return await explainPod(data, {
    root,
    host,
    runtime,
    scheduler: createLocalScheduler({ root }),
    policy: options.policy ?? {},
    runner: runnerProgram(),
    createdAt: new Date().toISOString(),
  });
}
