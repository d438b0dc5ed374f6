import type { LogOptions, LogStruct } from '@interlink/spec';

/** A log request in words that every peer knows, and what is left to do with the answer. */
export interface ForeignLogRequest {
  readonly request: LogStruct;
  /** Cut the answer after so many bytes. */
  readonly limitBytes?: number;
  /** Do not ask at all: nothing was selected. */
  readonly empty?: boolean;
}

/** The Go components know `Tail` alone, where 0 means all lines; a follow from now on is said by the time. */
function withoutExtension(options: LogOptions, now: Date): LogOptions {
  const { TailLines, ...known } = options;
  if (TailLines === undefined || TailLines === null) return known;
  return TailLines > 0 ? { ...known, Tail: TailLines } : { ...known, Tail: 0, SinceTime: now.toISOString() };
}

/**
 * Turns a log request into one that a foreign peer understands.
 *
 * @remarks The Go API server refuses `Tail` together with `Bytes`, which kubectl allows: the bytes are counted here then.
 */
export function foreignLogRequest(request: LogStruct, now: Date): ForeignLogRequest {
  const options = request.Opts ?? {};
  if (options.TailLines === 0 && options.Follow !== true) return { request, empty: true };
  const { LimitBytes, ...known } = withoutExtension(options, now);
  const bytes = known.Bytes ?? LimitBytes ?? 0;
  const cutHere = bytes > 0 && (known.Tail ?? 0) > 0;
  const opts = { ...known, Bytes: cutHere ? 0 : bytes };
  return { request: { ...request, Opts: opts }, ...(cutHere ? { limitBytes: bytes } : {}) };
}

/** The first bytes of a stream. Ends the source when they are there. */
export async function* firstBytes(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let left = limitBytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
