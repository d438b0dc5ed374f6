import { formatLogTime } from './format-log-time.ts';
import type { TimelineEntry } from './log-source.ts';

/** As many bytes of a line are waited for until it is stamped unfinished; containerd splits lines at the same size. */
export const longestHeldLineBytes = 16 * 1024;

const newline = 0x0a;

/** Puts the time before each line of a log that comes in pieces. */
export interface LineStamper {
  /** Takes the next bytes; gives what can be written already, which may be nothing. */
  push(bytes: Uint8Array, timeline: readonly TimelineEntry[]): Uint8Array;
  /** What is left of an unfinished last line, stamped. */
  finish(timeline: readonly TimelineEntry[]): Uint8Array;
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

  function endOfLine(last: number, timeline: readonly TimelineEntry[]): Uint8Array[] {
    if (isStamped) return [];
    const at = Math.min(last, lineStart + longestHeldLineBytes - 1);
    const stamped = [stampAt(at, timeline), ...held];
    held = [];
    isStamped = true;
    return stamped;
  }

  return {
    push(bytes, timeline) {
      const parts: Uint8Array[] = [];
      let begin = 0;
      for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, begin)) {
        for (const part of endOfLine(position + at, timeline)) parts.push(part);
        parts.push(bytes.subarray(begin, at + 1));
        begin = at + 1;
        lineStart = position + begin;
        isStamped = false;
      }
      position += bytes.length;
      const rest = bytes.subarray(begin);
      if (!isStamped && position - lineStart >= longestHeldLineBytes) parts.push(...endOfLine(position - 1, timeline));
      if (rest.length > 0) (isStamped ? parts : held).push(rest);
      return Buffer.concat(parts);
    },
    finish: (timeline) => Buffer.concat(position > lineStart ? endOfLine(position - 1, timeline) : []),
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
