import { basename, dirname } from 'node:path';
import type { ShippingPolicy } from '../contract/policy.ts';
import type { Scheduler } from '../contract/scheduler.ts';
import { jobPath } from '../directory/job-paths.ts';
import { runnerPrograms } from '../directory/runner-program.ts';

/** Where a job finds its files on the machine that it runs on. */
export interface JobPlace {
  /** The job directory. */
  readonly directory: string;
  /** Path of the runner; the other programs are beside it. */
  readonly runner: string;
}

const defaultNodeDirectory = '/tmp';

/** The directory that a shipped job makes for itself. */
export function shippedRoot({ nodeDirectory = defaultNodeDirectory }: ShippingPolicy, uid: string): string {
  return `${nodeDirectory.replace(/\/+$/, '')}/interlink-${uid}`;
}

/** The place of a job: the work directory, or where its files travelled to. */
export function placeOfJob(
  record: { readonly uid: string; readonly shippedTo?: string | undefined },
  engine: { readonly root: string; readonly runner: string },
): JobPlace {
  const { uid, shippedTo } = record;
  if (shippedTo === undefined) return { directory: jobPath(engine.root, uid), runner: engine.runner };
  return { directory: jobPath(shippedTo, uid), runner: `${shippedTo}/${runnerPrograms[0]}` };
}

/** Path of a program beside the runner, e.g. `mirror.sh`. */
export function besideRunner(runner: string, program: (typeof runnerPrograms)[number]): string {
  return `${dirname(runner)}/${basename(program)}`;
}

/** What the plugin's machine has of a job: the job's own files, or the copy that is kept of those of another machine. */
export function placeFromHere(
  record: { readonly uid: string; readonly shippedTo?: string },
  engine: { readonly root: string; readonly runner: string; readonly scheduler: Pick<Scheduler, 'runsHere'> },
): JobPlace {
  return placeOfJob(engine.scheduler.runsHere === true ? record : { uid: record.uid }, engine);
}
