/** Takes the marks of `stream.sh` out of a standard error. */
export interface MarkReader {
  /** What of the chunk, and of those before it, is the command's own. */
  take(chunk: Uint8Array): Uint8Array;
  /** What was held back because it could have become a mark. */
  rest(): Uint8Array;
  /** Whether the command could be started. */
  readonly begun: boolean;
  /** The code in the mark of the end. */
  readonly exitCode: number | undefined;
  /** What was said before the command could be started, its last part. */
  readonly preface: string;
}

const longestPreface = 4096;
const longestMark = 16;

/**
 * Reads lines `<id> begin` and `<id> end <code>` wherever they are.
 *
 * @param id - A word that nothing else contains.
 */
export function createMarkReader(id: string): MarkReader {
  let held = Buffer.alloc(0);
  let begun = false;
  let exitCode: number | undefined;
  let preface = '';

  function pass(bytes: Buffer): Buffer {
    if (begun) return bytes;
    preface = (preface + bytes.toString('utf8')).slice(-longestPreface);
    return Buffer.alloc(0);
  }

  function accept(mark: string): void {
    const [, code] = /^ end (\d+)$/.exec(mark) ?? [];
    if (code !== undefined) exitCode = Number(code);
    else if (mark === ' begin') begun = true;
  }

  return {
    take(chunk) {
      const own: Buffer[] = [];
      held = Buffer.concat([held, chunk]);
      for (let at = held.indexOf(id); at >= 0; at = held.indexOf(id)) {
        const end = held.indexOf('\n', at);
        // The line may still be on its way.
        if (end < 0 && held.length - at - id.length < longestMark) break;
        own.push(pass(held.subarray(0, at)));
        const after = end < 0 ? at + id.length : end + 1;
        accept(held.subarray(at + id.length, after - 1).toString('latin1'));
        held = held.subarray(after);
      }
      const keep = beginningOf(held, id);
      own.push(pass(held.subarray(0, held.length - keep)));
      held = held.subarray(held.length - keep);
      return own.length === 1 ? (own[0] as Buffer) : Buffer.concat(own);
    },
    rest() {
      const all = pass(held);
      held = Buffer.alloc(0);
      return all;
    },
    get begun() {
      return begun;
    },
    get exitCode() {
      return exitCode;
    },
    get preface() {
      return preface;
    },
  };
}

/** How many bytes at the end may belong to a mark: the whole of an id, or its beginning. */
function beginningOf(bytes: Buffer, id: string): number {
  const whole = bytes.indexOf(id);
  if (whole >= 0) return bytes.length - whole;
  for (let length = Math.min(id.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(Buffer.from(id.slice(0, length)))) return length;
  }
  return 0;
}
