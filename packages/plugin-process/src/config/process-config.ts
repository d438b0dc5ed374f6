import { batchConfigShape } from '@interlink/batch';
import { parseQuantity, serverConfigShape } from '@interlink/plugin-sdk';
import { z } from 'zod';

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

/** Configuration of the process plugin; an unknown key is an error. */
export const processConfigSchema = z.strictObject({
  ...serverConfigShape,
  workDirectory: absolutePath
    .optional()
    .describe(
      'Job directories, logs and records. One plugin at a time. Default: interlink/process in $XDG_STATE_HOME (~/.local/state).',
    ),
  ...batchConfigShape,
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
