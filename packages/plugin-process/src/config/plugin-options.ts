import { homedir } from 'node:os';
import { join } from 'node:path';
import { policyOf, type Capacity } from '@interlink/batch';
import { parseQuantity } from '@interlink/plugin-sdk';
import type { ProcessPluginOptions } from '../create-process-plugin.ts';
import type { ProcessConfig } from './process-config.ts';

/** The work directory of a configuration that names none. */
export function defaultWorkDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local/state');
  return join(state, 'interlink/process');
}

/** What a configuration means for the plugin. */
export function pluginOptions(config: ProcessConfig, workDirectory: string): Omit<ProcessPluginOptions, 'logger'> {
  const { runtime, apptainer, enroot, images } = config;
  return {
    root: config.workDirectory ?? workDirectory,
    runtime,
    apptainer,
    enroot,
    images,
    policy: policyOf(config),
    capacity: capacityOf(config),
    queryIntervalSeconds: config.queryIntervalSeconds,
  };
}

function capacityOf({ capacity: { cpu, memory, pods, extended } }: ProcessConfig): Capacity {
  return {
    ...(cpu === undefined ? {} : { cpuCores: parseQuantity(cpu) }),
    ...(memory === undefined ? {} : { memoryBytes: parseQuantity(memory) }),
    ...(pods === undefined ? {} : { pods }),
    extended,
  };
}
