import { createChunkWriter } from './chunk-writer.ts';
import { formatLogTime } from './format-log-time.ts';
import type { TimelineEntry } from './log-source.ts';

/** As many bytes of a line are waited for until it is stamped unfinished; containerd splits lines at the same size. */
export const longestHeldLineBytes = 16 * 1024;

const newline = 0x0a;

/** Puts the time before each line of a log that comes in pieces. */
export interface LineStamper {
  /** Takes the next bytes, of which nothing is held after the call; gives what can be written already, in chunks of the pool. */
  push(bytes: Uint8Array, timeline: readonly TimelineEntry[]): readonly Uint8Array[];
  /** What is left of an unfinished last line, stamped. */
  finish(timeline: readonly TimelineEntry[]): readonly Uint8Array[];
}

/**
 * A stamper for a log read from `offset` on. A line's time is that of its last byte, its newline; of a line longer than
 * {@link longestHeldLineBytes}, that of the last byte within this length. An unfinished line is held back until then, so at
 * most that much is held. The outcome does not depend on how the bytes were cut into pieces.
 */
export function createLineStamper(offset: number): LineStamper {
  let position = offset;
  let lineStart = offset;
  let isStamped = false;
  let held: Uint8Array[] = [];
  const stampAt = createStamps();
  const output = createChunkWriter();

  function stampLine(last: number, timeline: readonly TimelineEntry[]): void {
    if (isStamped) return;
    output.write(stampAt(Math.min(last, lineStart + longestHeldLineBytes - 1), timeline));
    for (const part of held) output.write(part);
    held = [];
    isStamped = true;
  }

  return {
    push(bytes, timeline) {
      let begin = 0;
      for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, begin)) {
        stampLine(position + at, timeline);
        output.write(bytes.subarray(begin, at + 1));
        begin = at + 1;
        lineStart = position + begin;
        isStamped = false;
      }
      position += bytes.length;
      const rest = bytes.subarray(begin);
      if (!isStamped && position - lineStart >= longestHeldLineBytes) stampLine(position - 1, timeline);
      if (isStamped) output.write(rest);
      else if (rest.length > 0) held.push(Buffer.from(rest));
      return output.take();
    },
    finish(timeline) {
      if (position > lineStart) stampLine(position - 1, timeline);
      return output.take();
    },
  };
}

/** Times of offsets that only rise: one look at the timeline, one text per entry. Without a timeline, 1970. */
function createStamps(): (offset: number, timeline: readonly TimelineEntry[]) => Uint8Array {
  let index = -1;
  let stamp: Uint8Array | undefined;
  return (offset, timeline) => {
    const before = index;
    if (index < 0 && timeline.length > 0) index = 0;
    while ((timeline[index + 1]?.offset ?? Infinity) <= offset) index += 1;
    if (stamp === undefined || index !== before) stamp = Buffer.from(`${formatLogTime(timeline[index]?.time ?? 0)} `);
    return stamp;
  };
}
