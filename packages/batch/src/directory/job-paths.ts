import { InvalidInputError } from '@interlink/spec';

const uidPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Names inside a job directory. The runner has the same names in it. */
export const jobFiles = {
  record: 'record.json',
  settings: 'settings',
  added: 'added',
  jobId: 'job.id',
  grace: 'grace',
  stopping: 'stopping',
  outcome: 'outcome.json',
  output: 'job.out',
  preamble: 'preamble',
  hosts: 'hosts',
  hostsParts: 'hosts-parts',
  pod: 'pod',
  containers: 'container',
  volumes: 'volumes',
  states: 'state',
  logs: 'logs',
} as const;

/** The spool in which the runner of any pod notes that something changed. */
export const changedDirectory = 'changed';

/** Where the runner makes emptyDir volumes with the medium `Memory`: `interlink-<uid>.<number>/<volume>`. */
export const memoryDirectory = '/dev/shm';

/** A UID that can be a path component. */
export function checkedUid(uid: string | undefined, field: string): string {
  if (uid !== undefined && uidPattern.test(uid) && uid !== changedDirectory) return uid;
  throw new InvalidInputError(
    `${field} must start with a letter or digit and have no other characters than those and ". _ -"`,
    {
      field,
    },
  );
}

/** Whether a directory name under the root can be that of a pod. */
export function isUid(name: string): boolean {
  return uidPattern.test(name) && name !== changedDirectory;
}

/** A container or volume name: a DNS label, so a path component and a word. */
export function checkedName(name: string, field: string): string {
  if (namePattern.test(name)) return name;
  throw new InvalidInputError(`${field} must be a DNS label`, { field });
}

/** Absolute paths of one pod's job. */
export function jobPath(root: string, uid: string, ...parts: readonly string[]): string {
  return [root, uid, ...parts].join('/');
}

/** Log of one run of a container. */
export function logPath(root: string, uid: string, container: string, restart: number): string {
  return jobPath(root, uid, jobFiles.logs, container, `${restart}.log`);
}

/** When the bytes of {@link logPath} were written. */
export function timelinePath(root: string, uid: string, container: string, restart: number): string {
  return jobPath(root, uid, jobFiles.logs, container, `${restart}.times`);
}
