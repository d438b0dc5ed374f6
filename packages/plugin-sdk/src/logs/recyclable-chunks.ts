const release = Symbol('release');

/** A stream whose reader may say that it is done with a chunk, so that its memory is used again. A reader who does not may keep it. */
export interface RecyclableChunks extends AsyncIterable<Uint8Array> {
  [release](chunk: Uint8Array): void;
}

/** Makes a stream recyclable. `giveBack` gets every chunk that its reader is done with, which may be a part of what was yielded. */
export function recyclable(
  chunks: AsyncIterable<Uint8Array>,
  giveBack: ((chunk: Uint8Array) => void) | undefined,
): AsyncIterable<Uint8Array> {
  return giveBack ? Object.assign(chunks, { [release]: giveBack }) : chunks;
}

/** Tells a stream that its reader has no use for a chunk any more. Most streams do not mind. */
export function releaseChunk(chunks: AsyncIterable<Uint8Array>, chunk: Uint8Array): void {
  (chunks as Partial<RecyclableChunks>)[release]?.(chunk);
}
