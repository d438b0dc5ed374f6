import { resolvePod, type ResolvedPod } from '@interlink/plugin-sdk';
import type { Pod, RetrievedPodData } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import { jobFiles } from '../directory/job-paths.ts';
import type { ContainerSummary } from '../directory/job-record.ts';
import { containerTree } from './container-tree.ts';
import { judge, refuseUnsupported, type Judgement } from './judge.ts';
import { planContainers } from './plan-containers.ts';
import { grantsOf, partsOf, planFor, summarize, verdictsIn, type PrepareContext } from './prepare-job.ts';
import type { MountPoint } from '../mounts/nested-binds.ts';
import type { PodVolumes } from './volume-tree.ts';
import { withPlan } from './with-plan.ts';

/** A container that is added to a job. */
export interface AddedContainer {
  readonly summary: ContainerSummary;
  /** Its part of the job directory, with paths relative to that part. */
  readonly files: readonly TreeEntry[];
  /** To be made in volumes of the job. */
  readonly mountPoints: readonly MountPoint[];
}

/** What added containers are prepared with. */
export interface AddedContext extends Omit<PrepareContext, 'createdAt'> {
  /** The job directory. */
  readonly directory: string;
  readonly volumes: PodVolumes;
  /** Names of containers that are there. */
  readonly known: ReadonlySet<string>;
}

/**
 * The containers of `spec.ephemeralContainers` that the job does not have yet. Reads the host and asks image registries at most.
 *
 * @throws InvalidInputError, UnsupportedError naming the field at fault.
 */
export async function prepareAdded(
  data: RetrievedPodData,
  context: AddedContext,
): Promise<{ readonly containers: readonly AddedContainer[]; readonly warnings: readonly string[] }> {
  const received = withoutKnown(resolvePod(data), context.known);
  if (received.ephemeralContainers.length === 0) return { containers: [], warnings: [] };
  const judgement = judgeAdded(data.pod, received, context);
  refuseUnsupported(judgement);
  const plan = planFor(received, context);
  const { ephemeralContainers } = withPlan(received, plan);
  const planned = await planContainers(received, ephemeralContainers, { ...context, plan, ...grantsOf(data) });
  const parts = { ...partsOf(planned), volumes: context.volumes, deviceVariables: [] };
  const containers = planned.map((container) => {
    const { name } = container.container;
    const base = `${jobFiles.containers}/${name}/`;
    const tree = containerTree(container.container, parts).filter(({ path }) => path.startsWith(base));
    return {
      summary: summarize(container),
      files: tree.map((entry) => ({ ...entry, path: entry.path.slice(base.length) })),
      mountPoints: container.start.mountPoints ?? [],
    };
  });
  return { containers, warnings: judgement.warnings };
}

function withoutKnown(pod: ResolvedPod, known: ReadonlySet<string>): ResolvedPod {
  return { ...pod, ephemeralContainers: pod.ephemeralContainers.filter(({ name }) => !known.has(name)) };
}

/** What was said of the rest of the pod when it was created stands. */
function judgeAdded(pod: Pod, { ephemeralContainers }: ResolvedPod, context: AddedContext): Judgement {
  const bases = ephemeralContainers.map(({ field }) => `${field.slice('pod.'.length)}.`);
  return judge(pod, verdictsIn(context), (path) => bases.some((base) => path.startsWith(base)));
}
