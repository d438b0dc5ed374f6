import { batchConfigShape } from '@interlink/batch';
import { parseQuantity, serverConfigShape } from '@interlink/plugin-sdk';
import { z } from 'zod';
import { sbatchOptions } from '../submit/sbatch-options.ts';
import { parseFlagWords } from '../submit/parse-flags.ts';

const absolutePath = z.string().regex(/^\//, 'must be an absolute path');

function isQuantity(text: string): boolean {
  try {
    return parseQuantity(text) >= 0;
  } catch {
    return false;
  }
}

const quantity = z
  .union([z.number().nonnegative().transform(String), z.string()])
  .refine(isQuantity, 'must be a Kubernetes quantity, e.g. 4 or 16Gi');

const words = z
  .union([
    z
      .string()
      .min(1)
      .transform((program) => [program]),
    z.array(z.string().min(1)).min(1),
  ])
  .describe('A program, or the words that start it, e.g. [ssh, login, squeue].');

const optionName = z
  .string()
  .refine((name) => Object.hasOwn(sbatchOptions, name), 'must be the long name of an option of sbatch, without dashes');

/** What is wrong with options of `sbatch` that a site chose. */
function flagProblems(list: readonly string[]): readonly string[] {
  try {
    const names = parseFlagWords(list, 'flags').map(({ name }) => name);
    const reserved = names.filter((name) => sbatchOptions[name]?.pods === 'reserved');
    return reserved.map((name) => `--${name} is set by interLink and cannot be chosen`);
  } catch (error) {
    // The path of the key stands before it.
    return [(error as Error).message.replace(/^flags: /, '')];
  }
}

const flags = z.array(z.string().min(1)).superRefine((list, context) => {
  for (const message of flagProblems(list)) context.addIssue({ code: 'custom', message });
});

const resourceOption = z
  .string()
  .regex(/^--[a-z-]+=.*\{count\}/, {
    message: 'must be an option of sbatch with {count} in it, e.g. --gres=gpu:{count}',
    abort: true,
  })
  .superRefine((option, context) => {
    for (const message of flagProblems([option])) context.addIssue({ code: 'custom', message });
  });

const flavor = z.strictObject({
  name: z.string().min(1).describe('What the annotation slurm-job.vk.io/flavor says.'),
  description: z.string().optional().describe('For people.'),
  cpus: z.number().int().positive().optional().describe('For pods that do not ask for CPUs.'),
  memory: quantity.optional().describe('For pods that do not ask for memory.'),
  flags: flags.default([]).describe('Options of sbatch, e.g. [--partition=gpu, --gres=gpu:a100:1].'),
});

const taint = z.strictObject({
  key: z.string().min(1).describe('Name of the taint.'),
  value: z.string().default('').describe('Value of the taint.'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).describe('Effect of the taint.'),
});

const shape = {
  ...serverConfigShape,
  workDirectory: absolutePath
    .optional()
    .describe(
      'Job directories, logs and records, on a file system that the compute nodes share, unless sharedFileSystem is false. One plugin at a time. Default: interlink/slurm in $XDG_STATE_HOME (~/.local/state).',
    ),
  ...batchConfigShape,
  commands: z
    .strictObject({
      sbatch: words.default(['sbatch']),
      scancel: words.default(['scancel']),
      squeue: words.default(['squeue']),
      sacct: words.default(['sacct']),
      scontrol: words.default(['scontrol']),
      srun: words.default(['srun']),
      wrapper: z.array(z.string().min(1)).default([]).describe('Words before each of them, e.g. [ssh, login].'),
      environment: z
        .record(z.string(), z.string())
        .default({})
        .describe('Their whole environment besides a PATH, e.g. SLURM_CONF. Nothing of the plugin’s own is passed on.'),
      deadlineSeconds: z.number().positive().default(60).describe('How long one of them may take.'),
    })
    .prefault({})
    .describe('The programs of Slurm, run without a shell.'),
  queryIntervalSeconds: z
    .number()
    .positive()
    .default(5)
    .describe('Least time between two looks at the queue. Longer by itself while Slurm is slow.'),
  lostAfterSeconds: z
    .number()
    .nonnegative()
    .default(10)
    .describe(
      'How long the last words of a job may take to come into sight once Slurm has it as ended. On NFS at least its acdirmax.',
    ),
  shell: absolutePath.default('/bin/bash').describe('bash on the compute nodes.'),
  commandPrefix: z
    .string()
    .default('')
    .describe('Shell text that each job runs before its containers, e.g. module load apptainer.'),
  flavors: z.array(flavor).default([]).describe('Presets that fill what a pod does not say, in order of preference.'),
  defaultFlavor: z.string().optional().describe('For pods that neither name a flavor nor ask for GPUs.'),
  flags: z
    .strictObject({
      default: flags.default([]).describe('For every job, e.g. [--partition=debug].'),
      allow: z.array(optionName).default([]).describe('Options that pods may set besides the usual ones.'),
      deny: z.array(optionName).default([]).describe('Options that pods may not set.'),
    })
    .prefault({})
    .describe('Options of sbatch.'),
  resources: z
    .record(z.string(), resourceOption)
    .default({ 'nvidia.com/gpu': '--gres=gpu:{count}', 'amd.com/gpu': '--gres=gpu:{count}' })
    .describe('How jobs ask for extended resources.'),
  gpuResource: z
    .string()
    .default('nvidia.com/gpu')
    .describe('As what the node offers the GPUs of the cluster; empty: not at all.'),
  allowedAnnotations: z
    .array(z.enum(['pre-exec', 'wstunnel-client-commands', 'mpi-flags', 'singularity-options', 'enroot-options']))
    .default([])
    .describe(
      'Annotations whose values run outside of the containers. Default: none, pods that have them are refused.',
    ),
  mpiProgram: z.string().min(1).default('mpiexec').describe('For the annotation mpi-flags.'),
  taints: z.array(taint).default([]).describe('Taints of the node.'),
  capacity: z
    .strictObject({
      cpu: quantity.optional().describe('Default: the CPUs of all usable nodes.'),
      memory: quantity.optional().describe('Default: the memory of all usable nodes.'),
      pods: z.number().int().nonnegative().optional().describe('Default: not said.'),
      extended: z
        .record(z.string(), z.number().int().nonnegative())
        .default({})
        .describe('Extended resources by name.'),
      script: absolutePath
        .optional()
        .describe('Program that prints a ping answer as JSON; what it says wins over Slurm.'),
    })
    .prefault({})
    .describe('What the node offers.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('What is logged.'),
};

/** Configuration of the Slurm plugin; an unknown key is an error. */
export const slurmConfigSchema = z.strictObject(shape).superRefine(({ flavors, defaultFlavor }, context) => {
  if (defaultFlavor === undefined || flavors.some(({ name }) => name === defaultFlavor)) return;
  const known = flavors.length === 0 ? 'there are none' : `there are ${flavors.map(({ name }) => name).join(', ')}`;
  const message = `must be the name of one of the flavors; ${known}`;
  context.addIssue({ code: 'custom', path: ['defaultFlavor'], message });
});

/** The checked configuration, with defaults. */
export type SlurmConfig = z.output<typeof slurmConfigSchema>;
/** The configuration as it is written. */
export type SlurmConfigInput = z.input<typeof slurmConfigSchema>;
