import {
  formatShippedScript,
  jobFiles,
  type BatchJob,
  type Capacity,
  type Host,
  type JobQuery,
  type JobState,
  type Scheduler,
} from '@interlink/batch';
import { honoured, type VerdictTable } from '@interlink/plugin-sdk';
import type { Clock, Logger } from '@interlink/runtime';
import { isInterLinkError, UnavailableError, UnsupportedError } from '@interlink/spec';
import { buildSbatchArguments } from '../submit/build-sbatch-arguments.ts';
import { parseJobId } from '../submit/parse-job-id.ts';
import { planJob, type JobPolicy } from '../submit/plan-job.ts';
import { createBatchHosts } from './batch-hosts.ts';
import { createCachedValue } from './cached-value.ts';
import type { LauncherOptions } from './launcher.ts';
import { mapCapacity, misfit } from './cluster-capacity.ts';
import { mapSlurmJob } from './map-slurm-state.ts';
import { parseNodes, type SlurmNode } from './parse-nodes.ts';
import { parseSacct, sacctFormat } from './parse-sacct.ts';
import { parseSqueue, squeueFormat } from './parse-squeue.ts';
import { tidy, type SlurmClient } from './slurm-client.ts';

/** What {@link createSlurmScheduler} needs. */
export interface SlurmSchedulerOptions {
  readonly client: SlurmClient;
  readonly host: Host;
  readonly policy: JobPolicy;
  /** Name of the container runtime that jobs use. */
  readonly containerRuntime: string;
  /** Batch script of every job, in the work directory. */
  readonly launcher: string;
  /** What it is made of, for jobs that do not see the work directory and bring their own. */
  readonly site: LauncherOptions;
  /** Least time between two looks at the queue, in seconds. */
  readonly queryIntervalSeconds: number;
  /** Resource that GPUs of the nodes are reported as; undefined: none is. */
  readonly gpuResource: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

const capacitySeconds = 60;

/** What Slurm tells a job of its GPUs; without them a container would see those of other jobs. */
const deviceVariables = [
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'GPU_DEVICE_ORDINAL',
  'ROCR_VISIBLE_DEVICES',
  'HIP_VISIBLE_DEVICES',
  'ZE_AFFINITY_MASK',
];

/** What Slurm makes of fields that other schedulers treat differently. */
const verdicts: VerdictTable = {
  'spec.containers[].resources': honoured('the job asks for the sum; no limits are enforced within it'),
  'spec.initContainers[].resources': honoured('the job asks for the sum; no limits are enforced within it'),
};

/** What can be said of Slurm without asking it. */
export function describeSlurm(
  policy: JobPolicy,
  containerRuntime: string,
): Required<Pick<Scheduler, 'jobIdVariable' | 'deviceVariables' | 'verdicts' | 'plan'>> {
  return {
    jobIdVariable: 'SLURM_JOB_ID',
    deviceVariables,
    verdicts,
    plan: (pod) => planJob(pod, policy, containerRuntime),
  };
}

/** Slurm, by its programs. */
export function createSlurmScheduler(options: SlurmSchedulerOptions): Scheduler {
  const { client, policy, gpuResource } = options;
  const batchHosts = createBatchHosts(client);
  const nodes = createCachedValue({
    clock: options.clock,
    lifetimeSeconds: capacitySeconds,
    load: async () => parseNodes((await client.run('scontrol', ['show', 'node', '--oneliner'])).stdout),
  });
  const query = async (): Promise<JobQuery> => readQueue(client);
  return {
    name: 'slurm',
    queryIntervalSeconds: options.queryIntervalSeconds,
    ...describeSlurm(policy, options.containerRuntime),
    enter: async (id, command) => client.enter({ id, node: await batchHosts.of(id) }, command),
    async submit(job) {
      checkSize(await knownNodes(nodes.get()), job);
      return await submit(job, options);
    },
    cancel: (id, { directory, force }) => cancel(id, directory, force, options),
    query,
    recall: (ids) => recall(ids, options),
    async find(uid) {
      const { jobs, complete } = await query();
      const found = [...jobs].filter(([, state]) => state.uid === uid);
      // What Slurm refused it may keep for a while, as a job that has failed.
      const id = (found.find(([, { phase }]) => phase !== 'ended') ?? found.at(-1))?.[0];
      if (id !== undefined) return id;
      if (!complete) throw new UnavailableError('squeue gave an answer that could not be read');
      return undefined;
    },
    capacity: async (): Promise<Capacity> => mapCapacity(await nodes.get(), gpuResource),
  };
}

async function readQueue(client: SlurmClient): Promise<JobQuery> {
  const { stdout } = await client.run('squeue', ['--noheader', '--me', '--states=all', '-O', squeueFormat]);
  const { jobs, complete } = parseSqueue(stdout);
  return { complete, jobs: new Map(jobs.map((job) => [job.id, mapSlurmJob(job)])) };
}

/** A site may keep its nodes from its users; then Slurm itself has to say what fits. */
async function knownNodes(nodes: Promise<readonly SlurmNode[]>): Promise<readonly SlurmNode[]> {
  return await nodes.catch((error: unknown) => {
    if (!isInterLinkError(error) || error.retryable) throw error;
    return [];
  });
}

/** Slurm takes some jobs that no node can ever run, and keeps them in the queue. */
function checkSize(nodes: readonly SlurmNode[], { resources, options }: BatchJob): void {
  // Over several nodes or tasks it may fit all the same.
  const isSpread = options.some((option) => /^--(?:nodes=(?!1$)|ntasks)/.test(option));
  const reason = isSpread ? undefined : misfit(nodes, resources.reservation);
  if (reason === undefined) return;
  const field = 'pod.spec.containers[].resources';
  throw new UnsupportedError(`${field}: ${reason}`, { field });
}

async function submit(job: BatchJob, { client, launcher, site, logger }: SlurmSchedulerOptions): Promise<string> {
  const { shell, commandPrefix: prefix } = site;
  const script = job.shipment ? formatShippedScript(job, { shell, prefix }) : undefined;
  const { stdout, stderr } = await client.run('sbatch', buildSbatchArguments(job, launcher), script);
  if (stderr.trim() !== '') logger.warn({ podUid: job.uid, sbatch: tidy(stderr) }, 'sbatch has a warning');
  const id = parseJobId(stdout);
  // The job may be there all the same: the next try asks the queue.
  if (id === undefined) throw new UnavailableError(`sbatch gave no job id: ${tidy(stdout)}`);
  return id;
}

/** Once the runner is there it alone is told, and ends its containers in order; a plain `scancel` signals all processes at once. */
async function cancel(
  id: string,
  directory: string | undefined,
  force: boolean,
  { client, host }: SlurmSchedulerOptions,
): Promise<void> {
  const claim = `${directory ?? ''}/${jobFiles.jobId}`;
  const hasRunner = !force && directory !== undefined && (await host.readMany([claim])).has(claim);
  try {
    await client.run('scancel', hasRunner ? ['--batch', '--signal=TERM', id] : [id]);
  } catch (error) {
    if (!isOver(error)) throw error;
  }
}

/** Slurm gives ids anew after a while: who may not cancel a job that he submitted is told of another's. */
const overPattern = /Invalid job id|already completing or completed|Access\/permission denied/i;

function isOver(error: unknown): boolean {
  return isInterLinkError(error) && overPattern.test(error.message);
}

/** A site without accounting knows nothing more, and that the queue has forgotten a job is certain without it. */
async function recall(
  ids: readonly string[],
  { client, logger }: SlurmSchedulerOptions,
): Promise<ReadonlyMap<string, JobState>> {
  try {
    const { stdout } = await client.run('sacct', [
      '--noheader',
      '--parsable2',
      '--allocations',
      `--format=${sacctFormat}`,
      `--jobs=${ids.join(',')}`,
      // With ids sacct answers for all users, and an id may be another's by now.
      `--user=${await client.userId()}`,
    ]);
    // A job that the queue has forgotten does not run, though accounting may have missed its end.
    const ended = parseSacct(stdout).map((job) => [job.id, mapSlurmJob(job)] as const);
    return new Map(ended.filter(([, { phase }]) => phase === 'ended'));
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    logger.debug({ err: error }, 'accounting could not be asked');
    return new Map();
  }
}
