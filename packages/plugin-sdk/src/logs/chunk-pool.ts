/** Buffers of one size that are used again. */
export interface ChunkPool {
  /** A buffer whose content is anything; the caller's until it gives it back, or for ever. */
  take(): Buffer;
  /** Takes back the buffer that a chunk is a part of; the caller has no other part of it any more. Other buffers are left alone. */
  giveBack(chunk: Uint8Array): void;
}

/**
 * A pool that keeps at most `kept` unused buffers. A buffer that is not given back is the garbage collector's: large ones in quick
 * succession keep it busier than the reading itself.
 */
export function createChunkPool(chunkBytes: number, kept: number): ChunkPool {
  const free: Buffer[] = [];
  const given = new WeakMap<ArrayBufferLike, Buffer>();
  return {
    take() {
      const chunk = free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
      given.set(chunk.buffer, chunk);
      return chunk;
    },
    giveBack({ buffer }) {
      const chunk = given.get(buffer);
      // Once only: of two readers of one buffer each would overwrite what the other reads.
      if (!chunk || !given.delete(buffer) || free.length >= kept) return;
      free.push(chunk);
    },
  };
}

const keptChunks = 16;

/** Bytes of a chunk of {@link logChunks}. */
export const logChunkBytes = 256 * 1024;

/** The chunks of all logs of this process. */
export const logChunks = createChunkPool(logChunkBytes, keptChunks);
