import { posix } from 'node:path';
import { honoured, ignored, unlessDefault, type ResolvedContainer, type VerdictRule } from '@interlink/plugin-sdk';
import { InvalidInputError } from '@interlink/spec';
import type { Bind } from '../contract/container-runtime.ts';
import type { TreeEntry } from '../contract/host.ts';

/** The file of a container's termination message in its part of the job directory: made empty, read by the runner at its end. */
export const messageFile: TreeEntry = { kind: 'file', path: 'termination-log', mode: 0o666, content: '' };

const defaultPath = '/dev/termination-log';
const devices = '/dev/';

/** Whether a file cannot be mounted there, because the container has a `/dev` of its own. An API server gives every container such a path. */
export function isInDevices(path: string): boolean {
  return path.startsWith(devices);
}

/** What becomes of `terminationMessagePath` where a runtime can do no more than mount a file. */
export const messagePathVerdict: VerdictRule = unlessDefault([defaultPath], (value) =>
  isInDevices(String(value)) ? ignored('no file can be mounted in /dev; name another path') : honoured(),
);

/**
 * The file of a container's termination message, at the path of the pod; undefined where a volume is.
 *
 * @param directory - The container's part of the job directory.
 * @throws InvalidInputError for a path that no file can have.
 */
export function planMessageFile(
  { spec, field }: ResolvedContainer,
  directory: string,
  binds: readonly Bind[],
): Bind | undefined {
  const path = spec.terminationMessagePath || defaultPath;
  const at = `${field}.terminationMessagePath`;
  if (!/^\/./.test(path) || path.endsWith('/') || path.includes('\0')) {
    throw new InvalidInputError(`${at} must be the absolute path of a file`, { field: at });
  }
  const target = posix.normalize(path);
  if (binds.some((bind) => bind.target === target)) return undefined;
  const source = `${directory}/${messageFile.path}`;
  return { source, target, type: 'file', readOnly: false, owned: false, field: at };
}
