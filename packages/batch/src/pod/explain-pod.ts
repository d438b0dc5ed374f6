import type { FieldVerdict } from '@interlink/plugin-sdk';
import { isInterLinkError, type RetrievedPodData } from '@interlink/spec';
import { findProbeTools } from '../actions/probe-tools.ts';
import type { BatchJob } from '../contract/scheduler.ts';
import { judge } from './judge.ts';
import { prepareJob, verdictsIn, type PrepareContext } from './prepare-job.ts';

/** One container as it would be started. Variables without their values. */
export interface ExplainedContainer {
  readonly name: string;
  /** What the job would pull, e.g. `docker.io/library/busybox:1.37`, or the path of its image; absent where no image is used. */
  readonly image?: string;
  readonly argv: readonly string[];
  readonly environmentNames: readonly string[];
  readonly workingDirectory: string;
  /** Whether it gets a mount namespace of its own. */
  readonly ownMounts: boolean;
}

/** What a create would do with a pod. */
export interface PodExplanation {
  /** One sentence on the container runtime. */
  readonly runtime: string;
  readonly verdicts: readonly FieldVerdict[];
  /** Why the pod would be refused; absent when it would be taken. */
  readonly refusal?: { readonly message: string; readonly field?: string };
  /** The job that would be submitted. */
  readonly job?: BatchJob;
  readonly containers: readonly ExplainedContainer[];
}

/** Explains a pod without touching anything: the verdict of each field, and the job that a create would submit. */
export async function explainPod(data: RetrievedPodData, given: PrepareContext): Promise<PodExplanation> {
  const context = { ...given, tools: given.tools ?? (await findProbeTools(given.host)) };
  const { verdicts } = judge(data.pod, verdictsIn(context));
  const common = { runtime: context.runtime.description, verdicts };
  try {
    const { job, starts, images } = await prepareJob(data, context);
    const containers = [...starts].map(([name, start]) => ({
      name,
      ...(images.has(name) ? { image: images.get(name) as string } : {}),
      argv: start.argv,
      environmentNames: start.environment.map(([variable]) => variable),
      workingDirectory: start.workingDirectory,
      ownMounts: start.enter !== undefined,
    }));
    return { ...common, job, containers };
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    const { message, field } = error;
    return { ...common, refusal: { message, ...(field === undefined ? {} : { field }) }, containers: [] };
  }
}
