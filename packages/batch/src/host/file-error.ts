import { isInterLinkError, UnavailableError } from '@interlink/spec';

/** The code of a system error, e.g. `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Runs work on files; what fails is an `UnavailableError` that says what was tried, without the path's content. */
export async function translateFileErrors<T>(attempt: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isInterLinkError(error)) throw error;
    const code = errorCode(error) ?? 'unknown error';
    throw new UnavailableError(`${attempt}: ${code}`, { cause: error, details: { code } });
  }
}
