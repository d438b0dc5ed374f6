import { open, type FileHandle } from 'node:fs/promises';
import { UnavailableError } from '@interlink/spec';
import { logChunkBytes, logChunks } from './chunk-pool.ts';

/** Bytes of a file; nothing where there is no file. Each chunk is the caller's to keep, or to give back to the pool. */
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
      const chunk = await readChunk(file, position, to);
      if (chunk.length === 0) return;
      position += chunk.length;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

async function readChunk(file: FileHandle, position: number, to: number): Promise<Buffer> {
  // A follow reads a line at a time: that must not hold a large buffer.
  const isSmall = to - position < logChunkBytes / 4;
  const chunk = isSmall ? Buffer.allocUnsafeSlow(to - position) : logChunks.take();
  const { bytesRead } = await file
    .read(chunk, 0, Math.min(chunk.length, to - position), position)
    .catch((error: unknown) => {
      throw unreadableFile(error);
    });
  return chunk.subarray(0, bytesRead);
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
