import { resolvePod, type ResolvedPod, type VerdictTable } from '@interlink/plugin-sdk';
import { annotations, InvalidInputError, UnsupportedError, type RetrievedPodData } from '@interlink/spec';
import { isWatched } from '../actions/container-actions.ts';
import type { ProbeTools } from '../actions/probe-tools.ts';
import type { ContainerRuntime, ContainerStart } from '../contract/container-runtime.ts';
import type { Host, TreeEntry } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import type { BatchJob, JobPlan, Scheduler } from '../contract/scheduler.ts';
import { checkedUid, jobFiles, jobPath } from '../directory/job-paths.ts';
import { formatJobRecord, type ContainerSummary, type JobRecord } from '../directory/job-record.ts';
import type { ImageResolver } from '../images/image-resolver.ts';
import { readPullSecrets } from '../images/registry-credentials.ts';
import { placeOfJob, shippedRoot, type JobPlace } from '../shipping/job-place.ts';
import { buildJobTree } from './build-job-tree.ts';
import { buildHostsFile } from './hosts-file.ts';
import { judge, refuseUnsupported, type Judgement } from './judge.ts';
import { withPlan } from './with-plan.ts';
import type { ContainerTreeParts } from './container-tree.ts';
import { planContainers, type ContainerContext, type PlannedContainer } from './plan-containers.ts';
import { batchVerdicts } from './verdict-table.ts';
import { readVolumes } from './volume-tree.ts';

/** What a pod becomes, before anything was changed. */
export interface PreparedJob {
  readonly job: BatchJob;
  readonly record: JobRecord;
  /** Everything in the job directory. */
  readonly files: readonly TreeEntry[];
  readonly starts: ReadonlyMap<string, ContainerStart>;
  /** What is pulled for each container, by its name; see `PlannedImage.source`. */
  readonly images: ReadonlyMap<string, string>;
  readonly judgement: Judgement;
}

/** What a pod is prepared with. */
export interface PrepareContext {
  readonly root: string;
  readonly host: Host;
  readonly runtime: ContainerRuntime;
  readonly scheduler: Pick<Scheduler, 'plan' | 'verdicts' | 'jobIdVariable' | 'deviceVariables'>;
  readonly policy: BatchPolicy;
  /** Asks registries which image a name means. Absent: the job finds out. */
  readonly images?: ImageResolver | undefined;
  /** See `findProbeTools`. Default: all. */
  readonly tools?: ProbeTools | undefined;
  /** Path of the runner that the job is to use. */
  readonly runner: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/**
 * Everything that a create writes and submits. Reads the host and asks image registries at most.
 *
 * @throws InvalidInputError, UnsupportedError naming the field at fault.
 */
export async function prepareJob(sent: RetrievedPodData, context: PrepareContext): Promise<PreparedJob> {
  const data = withoutEphemeral(sent);
  const uid = checkedUid(data.pod.metadata?.uid, 'pod.metadata.uid');
  const { judgement, received } = checkReceived(data, context);
  const plan = planFor(received, context);
  const pod = withPlan(received, plan);
  const volumes = readVolumes(pod, data);
  const shippedTo = context.policy.shipping && shippedRoot(context.policy.shipping, uid);
  const place = placeOfJob({ uid, shippedTo }, context);
  const { directory } = place;
  const containers = await planContainers(pod, [...pod.initContainers, ...pod.containers], {
    ...context,
    // Images that the site keeps nowhere are where the job is.
    root: shippedTo ?? context.root,
    plan,
    volumes,
    directory,
    ...grantsOf(data),
  });
  const parts = partsOf(containers);
  const record = buildRecord(pod, data, {
    containers: containers.map(summarize),
    createdAt: context.createdAt,
    ...(shippedTo === undefined ? {} : { shippedTo }),
    warnings: [...judgement.warnings, ...plan.warnings],
  });
  const { jobIdVariable } = context.scheduler;
  const tree = buildJobTree({
    pod,
    data,
    volumes,
    ...parts,
    directory,
    policy: context.policy,
    plan,
    deviceVariables: context.scheduler.deviceVariables ?? [],
    jobIdVariable,
  });
  const hosts = context.runtime.bindsHostsFile === true ? buildHostsFile(data.pod) : [];
  return {
    job: buildJob(pod, plan, { root: context.root, place }),
    record,
    files: [...tree, ...hosts, recordFile(record)],
    starts: parts.starts,
    images: imagesOf(containers),
    judgement,
  };
}

/** What the scheduler makes of a pod. */
export function planFor(pod: ResolvedPod, { scheduler }: Pick<PrepareContext, 'scheduler'>): JobPlan {
  return scheduler.plan?.(pod) ?? { options: [], warnings: [] };
}

/** As whom, and with what images, the pod wishes its containers to run. */
export function grantsOf({ pod, interlink }: RetrievedPodData): Pick<ContainerContext, 'security' | 'credentials'> {
  return { security: pod.spec?.securityContext, credentials: readPullSecrets(interlink?.imagePullSecrets ?? []) };
}

/** What of planned containers their files are made from. */
export function partsOf(
  containers: readonly PlannedContainer[],
): Pick<ContainerTreeParts, 'starts' | 'checks' | 'actions'> {
  return {
    starts: new Map(containers.map(({ container, start }) => [container.name, start])),
    checks: new Map(containers.map(({ container, checks }) => [container.name, checks])),
    actions: new Map(containers.map(({ container, actions }) => [container.name, actions])),
  };
}

function checkReceived(
  data: RetrievedPodData,
  context: VerdictContext,
): { readonly judgement: Judgement; readonly received: ResolvedPod } {
  const judgement = judge(data.pod, verdictsIn(context));
  refuseUnsupported(judgement);
  if (data.jobScript) {
    throw new UnsupportedError('jobScript is not supported: jobs are run by the runner alone', { field: 'jobScript' });
  }
  const received = resolvePod(data);
  if (received.containers.length === 0) {
    throw new InvalidInputError('pod.spec.containers must not be empty', { field: 'pod.spec.containers' });
  }
  return { judgement, received };
}

/** Those come by an update. */
function withoutEphemeral(data: RetrievedPodData): RetrievedPodData {
  const { spec } = data.pod;
  return spec ? { ...data, pod: { ...data.pod, spec: { ...spec, ephemeralContainers: [] } } } : data;
}

function recordFile(record: JobRecord): TreeEntry {
  return { kind: 'file', path: jobFiles.record, mode: 0o600, content: formatJobRecord(record), durable: true };
}

/** What becomes of each field of a pod in this backend. */
export function verdictsIn({ runtime, scheduler, policy, host, tools }: VerdictContext): VerdictTable {
  return batchVerdicts({ runtime, scheduler, policy, user: host.user, tools });
}

/** What verdicts depend on. */
export type VerdictContext = Pick<PrepareContext, 'runtime' | 'scheduler' | 'policy' | 'host' | 'tools'>;

function buildJob(
  pod: ResolvedPod,
  { options }: JobPlan,
  { root, place }: { readonly root: string; readonly place: JobPlace },
): BatchJob {
  return {
    uid: pod.uid,
    name: pod.name,
    namespace: pod.namespace,
    directory: jobPath(root, pod.uid),
    argv: ['bash', place.runner, place.directory],
    resources: pod.resources,
    options,
    gracePeriodSeconds: pod.terminationGracePeriodSeconds,
    ...(pod.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: pod.activeDeadlineSeconds }),
  };
}

function buildRecord(
  pod: ResolvedPod,
  { pod: { metadata } }: RetrievedPodData,
  facts: Pick<JobRecord, 'createdAt' | 'warnings' | 'containers' | 'shippedTo'>,
): JobRecord {
  const cluster = metadata?.annotations?.[annotations.clusterId];
  return {
    version: 1,
    uid: pod.uid,
    name: pod.name,
    namespace: pod.namespace,
    ...(pod.nodeName === undefined ? {} : { node: pod.nodeName }),
    ...(cluster === undefined ? {} : { cluster }),
    phase: 'submitting',
    ...facts,
    gracePeriodSeconds: pod.terminationGracePeriodSeconds,
  };
}

/** What the record has of a container. */
export function summarize({ container, imageId, actions }: PlannedContainer): ContainerSummary {
  const { name, kind, image, spec } = container;
  return {
    name,
    kind,
    image,
    ...(imageId === undefined ? {} : { imageId }),
    ...(isWatched(actions) ? { watched: true } : {}),
    ...(spec.stdin === true ? { stdin: true } : {}),
    ...(spec.tty === true ? { tty: true } : {}),
  };
}

function imagesOf(containers: readonly PlannedContainer[]): ReadonlyMap<string, string> {
  const named = containers.filter(({ imageSource }) => imageSource !== undefined);
  return new Map(named.map(({ container, imageSource = '' }) => [container.name, imageSource]));
}
