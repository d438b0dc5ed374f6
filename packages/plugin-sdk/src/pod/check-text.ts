import { posix } from 'node:path';
import { InvalidInputError } from '@interlink/spec';

/** The text itself; refused with a NUL byte, which no argument, variable or path can hold. */
export function withoutNul(text: string, field: string): string {
  if (text.includes('\0')) throw new InvalidInputError(`${field} contains a NUL byte`, { field });
  return text;
}

/**
 * A path that stays below the directory it is joined to, without empty and `.` components; '' is the directory itself.
 *
 * @throws InvalidInputError for an absolute path, a `..` component or a NUL byte.
 */
export function containedPath(path: string, field: string): string {
  withoutNul(path, field);
  if (path.startsWith('/')) throw new InvalidInputError(`${field} must be a relative path`, { field });
  const parts = path.split('/');
  if (parts.includes('..')) throw new InvalidInputError(`${field} must not contain '..'`, { field });
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

/** Of every file system that matters. */
const longestFileNameBytes = 255;

/** {@link containedPath} for a file in a volume: not the directory itself, and not in the names a kubelet keeps for itself. */
export function volumeFilePath(path: string, field: string): string {
  const contained = containedPath(path, field);
  if (contained === '') throw new InvalidInputError(`${field} must name a file`, { field });
  if (contained.split('/').some((part) => Buffer.byteLength(part) > longestFileNameBytes)) {
    throw new InvalidInputError(`${field} has a name longer than ${longestFileNameBytes} bytes`, { field });
  }
  if (contained.startsWith('..')) throw new InvalidInputError(`${field} must not start with '..'`, { field });
  return contained;
}

/** An absolute path without `.`, `..`, doubled and trailing slashes. */
export function absolutePath(path: string, field: string): string {
  withoutNul(path, field);
  if (!path.startsWith('/')) throw new InvalidInputError(`${field} must be an absolute path`, { field });
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
