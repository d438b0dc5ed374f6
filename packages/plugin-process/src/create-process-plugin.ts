import { realpath } from 'node:fs/promises';
import {
  createApptainerRuntime,
  createBatchPlugin,
  createLocalHost,
  createNoneRuntime,
  detectApptainer,
  probeMountNamespaces,
  type BatchPluginOptions,
  type BatchPolicy,
  type Capacity,
  type ContainerRuntime,
  type Host,
} from '@interlink/batch';
import type { Clock, Logger } from '@interlink/runtime';
import { UnavailableError, type Plugin } from '@interlink/spec';
import { lockWorkDirectory } from './lock-work-directory.ts';
import { createLocalScheduler } from './scheduler/local-scheduler.ts';

/** What {@link createProcessPlugin} takes. */
export interface ProcessPluginOptions {
  /** Work directory, absolute; made when it is absent. Only one plugin at a time may use it. */
  readonly root: string;
  /** `auto`: apptainer where it is installed, else `none`. Default `auto`. */
  readonly runtime?: 'auto' | 'none' | 'apptainer';
  /** For the runtime `apptainer`. */
  readonly apptainer?: { readonly program?: string; readonly options?: readonly string[] };
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
  await host.makeDirectories([options.root]);
  const root = await realpath(options.root);
  const lock = await lockWorkDirectory(root);
  try {
    const plugin = await createPluginIn(root, host, options);
    return {
      ...plugin,
      async [Symbol.asyncDispose]() {
        await plugin[Symbol.asyncDispose]();
        await lock[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function createPluginIn(root: string, host: Host, options: ProcessPluginOptions): Promise<Plugin> {
  const runtime = await chooseRuntime(host, root, options);
  options.logger.info({ runtime: runtime.name, workDirectory: root }, runtime.description);
  const { capacity, queryIntervalSeconds, policy, clock, onStep } = options;
  return await createBatchPlugin({
    name: 'process',
    scheduler: createLocalScheduler({
      root,
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

/** The container runtime of a process plugin; probes the machine. */
export async function chooseRuntime(
  host: Host,
  root: string,
  { runtime: wanted = 'auto', apptainer = {} }: Pick<ProcessPluginOptions, 'runtime' | 'apptainer'>,
): Promise<ContainerRuntime> {
  const version = wanted === 'none' ? undefined : await detectApptainer(host, apptainer.program);
  if (version !== undefined) return createApptainerRuntime({ ...apptainer, homeDirectory: host.homeDirectory });
  if (wanted === 'apptainer') {
    throw new UnavailableError(
      `${apptainer.program ?? 'apptainer'} is not installed; install it, or set runtime to "none"`,
      {
        field: 'runtime',
      },
    );
  }
  return createNoneRuntime({ host, namespaces: await probeMountNamespaces(host, root) });
}
