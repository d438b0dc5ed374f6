import { isInterLinkError, UnavailableError } from '@interlink/spec';

/** The code of a system error, e.g. `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** For authors of pods, who see it as the reason why their pod waits. */
const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system cannot be written to',
  EACCES: 'permission denied',
  ENOENT: 'the directory it belongs to is gone',
  EIO: 'the disk has an error',
  ESTALE: 'the file server has lost it',
  EMFILE: 'too many files are open',
};

/** Runs work on files; what fails is an `UnavailableError` that says what was tried, without the path's content. */
export async function translateFileErrors<T>(attempt: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isInterLinkError(error)) throw error;
    const code = errorCode(error) ?? 'unknown error';
    const words = Object.hasOwn(meanings, code) ? `${meanings[code] ?? ''} (${code})` : code;
    throw new UnavailableError(`${attempt}: ${words}`, { cause: error, details: { code } });
  }
}
