import { jobFiles } from '../directory/job-paths.ts';
import type { JobRecord } from '../directory/job-record.ts';

const plainFiles: ReadonlySet<string> = new Set([jobFiles.jobId, jobFiles.stopping, jobFiles.outcome, jobFiles.output]);

/**
 * Whether a job may write this file of its directory through a mirror. The other end runs as the user of the job, who must not reach any
 * other file.
 */
export function isMirroredPath(path: string, { containers }: Pick<JobRecord, 'containers'>): boolean {
  if (plainFiles.has(path)) return true;
  return containers.some(({ name }) => {
    if (path === `${jobFiles.states}/${name}.json` || path === `${jobFiles.states}/${name}.health.json`) return true;
    const log = `${jobFiles.logs}/${name}/`;
    return path.startsWith(log) && /^\d{1,9}\.(?:log|times)$/.test(path.slice(log.length));
  });
}

/** Whether it only grows: it is sent in parts. */
export function isGrowing(path: string): boolean {
  return path === jobFiles.output || path.startsWith(`${jobFiles.logs}/`);
}
