import { z } from 'zod';
import type { BatchPolicy } from '../contract/policy.ts';
import { isClaimTemplate } from '../pod/claim-path.ts';

const absolutePath = z.string().regex(/^\//, 'must be an absolute path');
const seconds = z.number().nonnegative();

/** The keys that every plugin of a queueing system has; part of its strict schema. */
export const batchConfigShape = {
  runtime: z
    .enum(['auto', 'none', 'apptainer', 'enroot'])
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
  enroot: z
    .strictObject({
      program: z.string().min(1).default('enroot').describe('Name or path.'),
      options: z.array(z.string()).default([]).describe('More arguments for every container.'),
    })
    .prefault({})
    .describe('For the runtime enroot.'),
  images: z
    .strictObject({
      cacheDirectory: absolutePath
        .optional()
        .describe(
          'Where images are kept: a file system of all machines that run jobs. Default: .images in the work directory.',
        ),
      prefix: z
        .string()
        .default('')
        .describe(
          'Put before image names that are no path and have no scheme, e.g. docker://mirror.example/ or /cvmfs/images/.',
        ),
      paths: z
        .array(absolutePath)
        .default([])
        .describe(
          'Directories whose image files and root directories pods may use, by path or as oci:, oci-archive: or docker-archive:. Default: none, but a prefix that is a directory.',
        ),
      insecureRegistries: z
        .array(z.string())
        .default([])
        .describe('Registries, with their ports, that are spoken to in plain HTTP.'),
      form: z
        .enum(['auto', 'file', 'unpacked'])
        .default('auto')
        .describe(
          'What containers start from: the image file, or a directory beside it. auto: the directory on machines that cannot mount the file.',
        ),
      resolve: z
        .boolean()
        .default(true)
        .describe('Whether the plugin asks registries which image a name means, when a pod is created.'),
      pullTries: z.number().int().positive().default(5).describe('How often a pull is tried.'),
      environment: z
        .record(z.string(), z.string())
        .default({})
        .describe('Variables for pulls, e.g. https_proxy or APPTAINER_TMPDIR. The plugin obeys the proxies too.'),
    })
    .prefault({})
    .describe('How images are named, pulled and kept.'),
  hostPaths: z
    .array(
      z.strictObject({
        path: absolutePath.describe('A directory that hostPath volumes may mount, with all below it.'),
        readOnly: z.boolean().default(true).describe('Whether it can be mounted for reading only.'),
      }),
    )
    .default([])
    .describe('Default: none, pods with hostPath volumes are refused. Of nested directories the inner counts.'),
  persistentVolumeClaims: z
    .array(
      z.strictObject({
        namespace: z.string().min(1).optional().describe('Default: any.'),
        claim: z.string().min(1).optional().describe('Name of the claim. Default: any.'),
        path: absolutePath
          .refine(isClaimTemplate, 'can have {namespace} and {claim} as whole components, and no other braces')
          .describe('The directory with the storage; the components {namespace} and {claim} are replaced.'),
        readOnly: z.boolean().default(false).describe('Whether it can be mounted for reading only.'),
        create: z
          .boolean()
          .default(false)
          .describe('Whether a directory that is missing is made, as the user of the job and with mode 0700.'),
      }),
    )
    .default([])
    .describe('The first that fits counts. Default: none, pods with persistentVolumeClaims are refused.'),
  checkPaths: z
    .enum(['create', 'start'])
    .optional()
    .describe(
      'When paths of hostPath volumes and claims are looked at. create: already when a pod is created, where the plugin’s machine has the paths that jobs have. start: only where the job runs. Default: create, and start without a shared file system.',
    ),
  sharedFileSystem: z
    .boolean()
    .default(true)
    .describe(
      'Whether the machines of the jobs see the work directory. false: the files of a job travel inside its batch script, and its states and logs come back by a process in the job.',
    ),
  shipping: z
    .strictObject({
      nodeDirectory: z
        .string()
        .regex(/^\/[A-Za-z0-9._/-]*$/, 'must be an absolute path of letters, digits and ._/-')
        .default('/tmp')
        .describe('Directory of the machines of the jobs in which each makes interlink-<uid>, which goes with it.'),
      deliverySeconds: seconds
        .default(60)
        .describe('How long a job waits at its end until the plugin, which may be down, has everything.'),
      scriptBytes: z
        .number()
        .int()
        .positive()
        .default(4_000_000)
        .describe('The longest batch script that the scheduler takes; pods with more are refused.'),
    })
    .prefault({})
    .describe('Without a shared file system.'),
  runAsUser: z
    .enum(['refuse', 'ignore', 'honour'])
    .default('refuse')
    .describe(
      'Pods that ask for another user than the plugin runs as (runAsUser, runAsGroup, runAsNonRoot). honour: apptainer starts their containers as that user, where jobs run as root; they are refused elsewhere.',
    ),
  retentionSeconds: seconds.default(600).describe('How long logs and states of a deleted pod are kept. 0: not at all.'),
  killAfterGraceSeconds: seconds
    .default(5)
    .describe('How long after its grace period a pod being deleted is killed from outside.'),
};

/** The checked values of {@link batchConfigShape}. */
export type BatchConfig = z.output<z.ZodObject<typeof batchConfigShape>>;

/** What the common keys allow. */
export function policyOf(config: BatchConfig): BatchPolicy {
  const { hostPaths, checkPaths, sharedFileSystem, shipping, runAsUser, retentionSeconds, killAfterGraceSeconds } =
    config;
  const persistentVolumeClaims = config.persistentVolumeClaims.map(({ namespace, claim, ...rule }) => ({
    ...rule,
    ...(namespace === undefined ? {} : { namespace }),
    ...(claim === undefined ? {} : { claim }),
  }));
  const { cacheDirectory, resolve, pullTries, paths } = config.images;
  return {
    hostPaths,
    persistentVolumeClaims,
    ...(checkPaths === undefined ? {} : { checkPaths }),
    ...(sharedFileSystem ? {} : { shipping }),
    runAsUser,
    retentionSeconds,
    killAfterGraceSeconds,
    images: { cacheDirectory, resolve, pullTries, paths },
  };
}
