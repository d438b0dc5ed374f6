import {
  chooseRuntime,
  createBatchPlugin,
  createLocalHost,
  inWorkDirectory,
  type BatchPluginOptions,
  type BatchPolicy,
  type Capacity,
  type Host,
  type RuntimeChoice,
} from '@interlink/batch';
import type { Clock, Logger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { createLocalScheduler } from './scheduler/local-scheduler.ts';

/** What {@link createProcessPlugin} takes. */
export interface ProcessPluginOptions extends RuntimeChoice {
  /** Work directory, absolute; made when it is absent. Only one plugin at a time may use it. */
  readonly root: string;
  readonly policy?: BatchPolicy;
  /** What to report; absent values are read from the machine. */
  readonly capacity?: Capacity;
  readonly queryIntervalSeconds?: number;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** For tests: see `BatchPluginOptions.onStep`. */
  readonly onStep?: NonNullable<BatchPluginOptions['onStep']>;
}

/**
 * The plugin that runs a pod's containers as processes on this machine. Pods of a process before this one are taken up.
 *
 * @throws ConflictError while another process uses the work directory.
 */
export async function createProcessPlugin(options: ProcessPluginOptions): Promise<Plugin> {
  const host = createLocalHost();
  return await inWorkDirectory(host, options.root, (root) => createPluginIn(root, host, options));
}

async function createPluginIn(root: string, host: Host, options: ProcessPluginOptions): Promise<Plugin> {
  const runtime = await chooseRuntime(host, root, options);
  options.logger.info({ runtime: runtime.name, workDirectory: root }, runtime.description);
  const { capacity, queryIntervalSeconds, policy, clock, onStep } = options;
  return await createBatchPlugin({
    name: 'process',
    scheduler: createLocalScheduler({
      root,
      ...(policy?.shipping ? { shipping: policy.shipping } : {}),
      ...(capacity ? { capacity } : {}),
      ...(queryIntervalSeconds === undefined ? {} : { queryIntervalSeconds }),
    }),
    runtime,
    host,
    root,
    logger: options.logger,
    ...(policy ? { policy } : {}),
    ...(clock ? { clock } : {}),
    ...(onStep ? { onStep } : {}),
  });
}
