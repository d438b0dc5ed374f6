import { homedir } from 'node:os';
import { join } from 'node:path';
import { policyOf, type Capacity } from '@interlink/batch';
import { parseQuantity } from '@interlink/plugin-sdk';
import type { SlurmPluginOptions } from '../create-slurm-plugin.ts';
import type { JobPolicy } from '../submit/plan-job.ts';
import { parseFlagWords } from '../submit/parse-flags.ts';
import type { SlurmCommands } from '../scheduler/slurm-client.ts';
import type { SlurmConfig } from './slurm-config.ts';

/** The work directory of a configuration that names none. */
export function defaultWorkDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local/state');
  return join(state, 'interlink/slurm');
}

/** What a configuration means for the plugin. */
export function pluginOptions(config: SlurmConfig, workDirectory: string): Omit<SlurmPluginOptions, 'logger'> {
  return {
    root: config.workDirectory ?? workDirectory,
    runtime: config.runtime,
    apptainer: config.apptainer,
    enroot: config.enroot,
    images: config.images,
    policy: { ...policyOf(config), lostAfterSeconds: config.lostAfterSeconds },
    commands: commandsOf(config.commands),
    wrapper: config.commands.wrapper,
    environment: config.commands.environment,
    deadlineSeconds: config.commands.deadlineSeconds,
    queryIntervalSeconds: config.queryIntervalSeconds,
    launcher: { shell: config.shell, commandPrefix: config.commandPrefix },
    jobs: jobPolicyOf(config),
    ...(config.gpuResource === '' ? {} : { gpuResource: config.gpuResource }),
    capacity: capacityOf(config),
    ...(config.capacity.script === undefined ? {} : { capacityScript: config.capacity.script }),
  };
}

function commandsOf({
  wrapper,
  sbatch,
  scancel,
  squeue,
  sacct,
  scontrol,
  srun,
}: SlurmConfig['commands']): SlurmCommands {
  const wrap = (words: readonly string[]): readonly string[] => [...wrapper, ...words];
  return {
    sbatch: wrap(sbatch),
    scancel: wrap(scancel),
    squeue: wrap(squeue),
    sacct: wrap(sacct),
    scontrol: wrap(scontrol),
    srun: wrap(srun),
  };
}

function jobPolicyOf(config: SlurmConfig): JobPolicy {
  return {
    flavors: config.flavors.map(({ name, description, cpus, memory, flags }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(memory === undefined ? {} : { memoryBytes: parseQuantity(memory) }),
      flags: parseFlagWords(flags, 'flavors'),
    })),
    ...(config.defaultFlavor === undefined ? {} : { defaultFlavor: config.defaultFlavor }),
    defaultFlags: parseFlagWords(config.flags.default, 'flags.default'),
    flagPolicy: { allow: config.flags.allow, deny: config.flags.deny },
    resourceFlags: config.resources,
    allowedAnnotations: config.allowedAnnotations,
    mpiProgram: config.mpiProgram,
  };
}

function capacityOf({ capacity: { cpu, memory, pods, extended }, taints }: SlurmConfig): Capacity {
  return {
    ...(cpu === undefined ? {} : { cpuCores: parseQuantity(cpu) }),
    ...(memory === undefined ? {} : { memoryBytes: parseQuantity(memory) }),
    ...(pods === undefined ? {} : { pods }),
    ...(Object.keys(extended).length === 0 ? {} : { extended }),
    taints,
  };
}
