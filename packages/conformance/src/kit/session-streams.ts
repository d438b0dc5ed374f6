import type { StreamSession } from '@interlink/spec';

/** The caller's end of a session, and what it got so far. */
export interface RecordedSession extends StreamSession {
  readonly got: { readonly stdout: Uint8Array[]; readonly stderr: Uint8Array[] };
}

/** Streams that keep what comes. */
export function recordSession(stdin?: AsyncIterable<Uint8Array>): RecordedSession {
  const got = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const keep = (chunks: Uint8Array[]) => (chunk: Uint8Array) => {
    // The sender may use its buffer again.
    chunks.push(Uint8Array.from(chunk));
    return Promise.resolve();
  };
  return { ...(stdin === undefined ? {} : { stdin }), got, stdout: keep(got.stdout), stderr: keep(got.stderr) };
}

/** Chunks as text. */
export function textOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

const chunkBytes = 65_000;

/** Bytes as an input, in chunks of no particular size. */
export async function* inputOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += chunkBytes)
    yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
}

/** An input that says one thing and then nothing, until it is ended. */
export function heldInput(text: string): AsyncIterable<Uint8Array> & { end(): void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    end: () => end(),
    async *[Symbol.asyncIterator]() {
      if (text !== '') yield Buffer.from(text);
      await ended;
    },
  };
}

/** Bytes of every value in no short period, so that a lost or doubled piece shows. */
export function patternBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 31 + (index >> 8) * 7) % 256;
  return bytes;
}
