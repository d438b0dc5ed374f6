import { z } from 'zod';
import { optionalFlag, optionalSeconds, optionalText } from './legacy-values.ts';
import { nodeNamePattern } from './virtual-kubelet-legacy-config.ts';
import { extensionsSchema, legacyFileSchema } from './virtual-kubelet-legacy-schema.ts';

const highestPort = 65_535;

/** How replicas elect the one that works; the block `Extensions.LeaderElection`. */
export const leaderElectionSchema = z.strictObject({
  Enabled: optionalFlag.describe('True: replicas elect one that works. Default: false.'),
  Namespace: optionalText.describe('Namespace of the lease. Default: the key Namespace of the file, else kube-system.'),
  Name: optionalText.describe(
    'Name of the lease, the same for all replicas. Default: interlink-<name of the first node>.',
  ),
  LeaseDurationSeconds: optionalSeconds.describe('A lease not renewed for this long may be taken. Default: 15.'),
  RenewDeadlineSeconds: optionalSeconds.describe('A leader that cannot renew stops after this time. Default: 10.'),
  RetryPeriodSeconds: optionalSeconds.describe('Seconds between two tries to take or renew. Default: 2.'),
});

/** Health and metrics of the process; the block `Extensions.Operations`. */
export const operationsSchema = z.strictObject({
  Address: optionalText.describe('host:port for /healthz, /readyz and /metrics over plain HTTP. Default: not served.'),
  Insecure: optionalFlag.describe('True: an address that other machines reach is taken. Default: false.'),
});

/** Extensions that are about the process and not about one node. */
export const processExtensions = { LeaderElection: true, Operations: true } as const;

const processExtensionsSchema = extensionsSchema.extend({
  LeaderElection: leaderElectionSchema.nullish().describe('Replicas elect one that works.'),
  Operations: operationsSchema.nullish().describe('Health and metrics of the process.'),
});

/** Keys that are about the process and not about one node. */
const processKeys = { VerboseLogging: true, ErrorsOnlyLogging: true, Pprof: true, Network: true } as const;

/** One entry of `Nodes`: any key of the file that is about a node, and two of its own. Strict, because nothing but this program reads it. */
export const nodeEntrySchema = z.strictObject({
  ...legacyFileSchema.omit(processKeys).shape,
  NodeName: z
    .string()
    .regex(nodeNamePattern, "cannot be the name of a node: lower-case letters, digits, '-' and '.'")
    .describe('Name of the node. Required.'),
  KubeletPort: z
    .number()
    .int()
    .min(0)
    .max(highestPort)
    .nullish()
    .describe('Port of the kubelet API of this node. Default: KUBELET_PORT plus the position in the list.'),
});

/** The file of a virtual kubelet process: that of the Go program, with `Nodes` and more extensions. */
export const processFileSchema = z.object({
  ...legacyFileSchema.shape,
  Namespace: optionalText,
  Nodes: z.array(nodeEntrySchema).min(1).nullish().describe('The nodes of this process. Default: one, named NODENAME.'),
  Extensions: processExtensionsSchema.nullish(),
});

/** What the file says, checked. */
export type ProcessFile = z.output<typeof processFileSchema>;
