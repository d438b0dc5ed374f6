import { InternalError } from '@interlink/spec';
import type { BatchJob } from '../contract/scheduler.ts';
import { jobFiles } from '../directory/job-paths.ts';

/** What of a batch script is the site's. */
export interface ShippedScriptOptions {
  /** Absolute path of bash where the job runs. Default `/bin/bash`. */
  readonly shell?: string;
  /** Shell text of the site's administrator that runs before the runner, with the variable `interlink_job` for the job directory. */
  readonly prefix?: string;
}

const plainPath = /^[A-Za-z0-9._/-]+$/;

/**
 * The batch script of a job whose machine does not see the work directory: it unpacks its own end, then becomes the runner. All of it is
 * static but for paths made of the site's and a checked UID; what a pod says is in the payload. Pure.
 */
export function formatShippedScript(
  job: BatchJob,
  { shell = '/bin/bash', prefix = '' }: ShippedScriptOptions = {},
): string {
  const { shipment, uid, argv } = job;
  if (!shipment) throw new InternalError('a job without a shipment has no script');
  for (const text of [shipment.root, uid, ...argv]) {
    if (!plainPath.test(text)) throw new InternalError('a path that a shell could misread got past validation');
  }
  return [
    `#!${shell}`,
    `interlink_root=${shipment.root}`,
    `interlink_uid=${uid}`,
    shipment.head,
    prefix,
    `if [[ -e $interlink_job/${jobFiles.preamble} ]]; then . "$interlink_job/${jobFiles.preamble}"; fi`,
    `exec ${argv.join(' ')}`,
    '#interlink-payload',
    shipment.payload,
  ].join('\n');
}
