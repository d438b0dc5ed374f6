import type { LogSource, TimelineEntry } from './log-source.ts';

const blockBytes = 256 * 1024;
const newline = 0x0a;

/** Bounds of a log for a search backwards. */
export interface LogRange {
  /** Where the search gives up: nothing before it is selected. */
  readonly from: number;
  /** End of what is looked at. */
  readonly to: number;
}

/**
 * Offset of the first of the last `lines` lines within the range; a last line without a newline counts. Reads backwards in
 * blocks, no further than needed.
 */
export async function findTailStart(source: LogSource, range: LogRange, lines: number): Promise<number> {
  if (lines === 0 || range.to <= range.from) return range.to;
  // The newline that ends the last line opens no line, so the search starts before it.
  let wanted = lines;
  let searchFrom = range.to - 2;
  for (let end = range.to; end > range.from; end = Math.max(range.from, end - blockBytes)) {
    const begin = Math.max(range.from, end - blockBytes);
    const block = await readWhole(source, begin, end);
    for (let at = searchFrom - begin; at >= 0; at -= 1) {
      at = block.lastIndexOf(newline, at);
      if (at < 0) break;
      wanted -= 1;
      if (wanted === 0) return begin + at + 1;
    }
    source.release?.(block);
    searchFrom = begin - 1;
  }
  return range.from;
}

/**
 * Offset of the first line written at or after a time. A line was written when its last byte was, so the line that was
 * being written at that moment is the first one.
 */
export async function findSinceStart(
  source: LogSource,
  timeline: readonly TimelineEntry[],
  time: number,
  size: number,
): Promise<number> {
  if (timeline.length === 0) return 0;
  const index = timeline.findIndex((entry) => entry.time >= time);
  if (index === 0) return 0;
  const offset = timeline[index]?.offset ?? size;
  // Nothing was written since then; an unfinished last line is older too.
  return offset >= size ? size : await startOfLine(source, offset);
}

/** Start of the line that the byte at `offset` belongs to. */
async function startOfLine(source: LogSource, offset: number): Promise<number> {
  for (let end = offset; end > 0; end = Math.max(0, end - blockBytes)) {
    const begin = Math.max(0, end - blockBytes);
    const block = await readWhole(source, begin, end);
    const at = block.lastIndexOf(newline);
    if (at >= 0) return begin + at + 1;
  }
  return 0;
}

async function readWhole(source: LogSource, from: number, to: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.read(from, to)) chunks.push(chunk);
  const [first, ...more] = chunks;
  return first && more.length === 0 ? first : Buffer.concat(chunks);
}
