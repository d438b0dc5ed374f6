import { logChunks } from './chunk-pool.ts';

/** Gathers small pieces in large chunks. */
export interface ChunkWriter {
  /** Copies the bytes. */
  write(bytes: Uint8Array): void;
  /** All that was written since the last call, in chunks of the pool. */
  take(): readonly Uint8Array[];
}

/** An empty {@link ChunkWriter}. */
export function createChunkWriter(): ChunkWriter {
  let full: Uint8Array[] = [];
  let chunk: Buffer | undefined;
  let used = 0;

  const end = (): void => {
    if (chunk) full.push(chunk.subarray(0, used));
    chunk = undefined;
    used = 0;
  };
  function writeInParts(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      chunk ??= logChunks.take();
      const part = rest.subarray(0, chunk.length - used);
      chunk.set(part, used);
      used += part.length;
      rest = rest.subarray(part.length);
      if (used === chunk.length) end();
    }
  }

  return {
    write(bytes) {
      // Nearly always: millions of short lines.
      if (chunk && bytes.length < chunk.length - used) {
        chunk.set(bytes, used);
        used += bytes.length;
      } else {
        writeInParts(bytes);
      }
    },
    take() {
      end();
      const taken = full;
      full = [];
      return taken;
    },
  };
}
