import { open } from 'node:fs/promises';
import { UnavailableError } from '@interlink/spec';

const readBytes = 256 * 1024;

/** Bytes of a file in chunks of their own; nothing where there is no file. */
export async function* readFileRange(
  path: string,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isAbsentFile(error)) return undefined;
    throw unreadableFile(error);
  });
  if (!file) return;
  try {
    for (let position = from; position < to;) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(readBytes, to - position));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position).catch((error: unknown) => {
        throw unreadableFile(error);
      });
      if (bytesRead === 0) return;
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** True for the error of a file that is not there. */
export function isAbsentFile(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** The error of the set for a file that is there and cannot be read. */
export function unreadableFile(error: unknown): UnavailableError {
  const { code } = error as NodeJS.ErrnoException;
  return new UnavailableError('the log file cannot be read', { cause: error, details: { code } });
}
