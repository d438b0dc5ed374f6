import {
  chooseRuntime,
  createBatchPlugin,
  createLocalHost,
  defaultPath,
  inWorkDirectory,
  type BatchPluginOptions,
  type BatchPolicy,
  type Capacity,
  type Host,
  type RuntimeChoice,
} from '@interlink/batch';
import { systemClock, type Clock, type Logger, type Metrics } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { addCapacity } from './scheduler/add-capacity.ts';
import { hostBehind } from './scheduler/command-line.ts';
import { installLauncher, type LauncherOptions } from './scheduler/launcher.ts';
import { createSlurmClient, type SlurmCommands } from './scheduler/slurm-client.ts';
import { createSlurmScheduler } from './scheduler/slurm-scheduler.ts';
import type { JobPolicy } from './submit/plan-job.ts';

/** What {@link createSlurmPlugin} takes. */
export interface SlurmPluginOptions extends RuntimeChoice {
  /** Work directory, absolute, shared with the compute nodes unless the policy ships jobs; made when it is absent. Only one plugin at a time may use it. */
  readonly root: string;
  readonly policy?: BatchPolicy;
  readonly commands: SlurmCommands;
  /** Words before every command of the host, where containers run on machines that this one reaches so. Default: none. */
  readonly wrapper?: readonly string[];
  /** Environment of Slurm's programs besides a `PATH`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly deadlineSeconds: number;
  readonly queryIntervalSeconds: number;
  readonly launcher: LauncherOptions;
  readonly jobs: JobPolicy;
  /** Resource that GPUs of the nodes are reported as. Default: none is. */
  readonly gpuResource?: string;
  /** What to report in place of what Slurm says. Taints are added to Slurm's. */
  readonly capacity?: Capacity;
  /** Program that prints a ping answer as JSON. */
  readonly capacityScript?: string;
  /** Gets the figures of Slurm's programs. Default: nobody does. */
  readonly metrics?: Metrics;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** For tests: see `BatchPluginOptions.onStep`. */
  readonly onStep?: NonNullable<BatchPluginOptions['onStep']>;
}

/**
 * The plugin that runs each pod as a Slurm job. Pods of a process before this one are taken up.
 *
 * @throws ConflictError while another process uses the work directory.
 */
export async function createSlurmPlugin(options: SlurmPluginOptions): Promise<Plugin> {
  const host = createLocalHost();
  return await inWorkDirectory(host, options.root, (root) => createPluginIn(root, host, options));
}

async function createPluginIn(root: string, host: Host, options: SlurmPluginOptions): Promise<Plugin> {
  const { logger, policy, onStep } = options;
  const clock = options.clock ?? systemClock;
  const runtime = await chooseRuntime(hostBehind(host, options.wrapper ?? []), root, options);
  logger.info({ runtime: runtime.name, workDirectory: root }, runtime.description);
  const client = createSlurmClient({
    host,
    commands: options.commands,
    environment: { PATH: defaultPath, SLURM_TIME_FORMAT: '%s', ...options.environment },
    deadlineSeconds: options.deadlineSeconds,
    metrics: options.metrics,
    clock,
  });
  const scheduler = createSlurmScheduler({
    client,
    host,
    policy: options.jobs,
    containerRuntime: runtime.name,
    launcher: await installLauncher(host, root, options.launcher),
    site: options.launcher,
    queryIntervalSeconds: options.queryIntervalSeconds,
    gpuResource: options.gpuResource,
    logger,
    clock,
  });
  return await createBatchPlugin({
    name: 'slurm',
    scheduler: addCapacity(scheduler, options, { host, clock, logger }),
    runtime,
    host,
    root,
    logger,
    clock,
    ...(policy ? { policy } : {}),
    ...(onStep ? { onStep } : {}),
  });
}
