import { parseQuantity } from '@interlink/plugin-sdk';
import { z } from 'zod';

const absolutePath = z.string().regex(/^\//, 'must be an absolute path');
const seconds = z.number().nonnegative();

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

/** Configuration of the process plugin; an unknown key is an error. */
export const processConfigSchema = z.strictObject({
  address: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Where the plugin listens: unix:///path, http://127.0.0.1:4000 or https://…. Default: a unix socket with mode 0600, plugin.sock in the work directory.',
    ),
  insecure: z
    .boolean()
    .default(false)
    .describe('Listen on an address that others can reach without TLS and a credential. Logged as a warning.'),
  tokenFile: absolutePath
    .optional()
    .describe(
      'Bearer tokens that callers must have one of, one a line. Read anew whenever it is needed. Default: none is asked for.',
    ),
  tls: z
    .strictObject({
      certFile: absolutePath.describe('Certificate chain in PEM.'),
      keyFile: absolutePath.describe('Private key in PEM.'),
      caFile: absolutePath.optional().describe('Certificates that callers must have one of (mutual TLS).'),
    })
    .optional()
    .describe('Needed for an https address.'),
  workDirectory: absolutePath
    .optional()
    .describe(
      'Job directories, logs and records. One plugin at a time. Default: interlink/process in $XDG_STATE_HOME (~/.local/state).',
    ),
  runtime: z
    .enum(['auto', 'none', 'apptainer'])
    .default('auto')
    .describe(
      'How containers run. none: on this machine without an image, for development. auto: apptainer where it is installed, else none.',
    ),
  apptainer: z
    .strictObject({
      program: z.string().min(1).default('apptainer').describe('Name or path; singularity takes the same arguments.'),
      options: z.array(z.string()).default([]).describe('More arguments for every container, e.g. --fakeroot.'),
    })
    .prefault({})
    .describe('For the runtime apptainer.'),
  hostPaths: z
    .array(
      z.strictObject({
        path: absolutePath.describe('A directory that hostPath volumes may mount, with all below it.'),
        readOnly: z.boolean().default(true).describe('Whether it can be mounted for reading only.'),
      }),
    )
    .default([])
    .describe('Default: none, pods with hostPath volumes are refused.'),
  runAsUser: z
    .enum(['refuse', 'ignore'])
    .default('refuse')
    .describe('Pods that ask for another user than the plugin runs as (runAsUser, runAsGroup, runAsNonRoot).'),
  retentionSeconds: seconds.default(600).describe('How long logs and states of a deleted pod are kept. 0: not at all.'),
  killAfterGraceSeconds: seconds
    .default(5)
    .describe('How long after its grace period a pod being deleted is killed from outside.'),
  queryIntervalSeconds: z.number().positive().default(5).describe('Time between two looks at the process table.'),
  capacity: z
    .strictObject({
      cpu: quantity.optional().describe('Default: the machine’s cores.'),
      memory: quantity.optional().describe('Default: the machine’s memory.'),
      pods: z.number().int().nonnegative().optional().describe('Default: 110.'),
      extended: z
        .record(z.string(), z.number().int().nonnegative())
        .default({})
        .describe('Extended resources by name, e.g. nvidia.com/gpu.'),
    })
    .prefault({})
    .describe('What the node offers.'),
});

/** The checked configuration, with defaults. */
export type ProcessConfig = z.output<typeof processConfigSchema>;
/** The configuration as it is written. */
export type ProcessConfigInput = z.input<typeof processConfigSchema>;
