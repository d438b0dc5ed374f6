import { logChunks } from './chunk-pool.ts';
import type { TimelineEntry } from './log-source.ts';
import { readFileRange } from './read-file-range.ts';

const line = /^(\d+) (\d+(?:\.\d+)?)$/;

/**
 * Reads a timeline file again and again, each time only what was appended. A line that is being written is left for the
 * next time; a line that is none is passed over.
 */
export function createTimelineReader(path: string): () => Promise<readonly TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let position = 0;
  let reading: Promise<unknown> = Promise.resolve();

  async function readAppended(): Promise<readonly TimelineEntry[]> {
    let rest = '';
    for await (const chunk of readFileRange(path, position, Number.MAX_SAFE_INTEGER)) {
      const lines = (rest + decodeLatin1(chunk)).split('\n');
      logChunks.giveBack(chunk);
      rest = lines.pop() ?? '';
      for (const text of lines) {
        position += text.length + 1;
        const [, offset, seconds] = line.exec(text) ?? [];
        if (offset !== undefined) entries.push({ offset: Number(offset), time: Number(seconds) * 1000 });
      }
    }
    return entries;
  }

  return () => {
    // One after the other: two readers at the same position would take the same lines twice.
    const turn = reading.then(readAppended);
    reading = turn.catch(() => undefined);
    return turn;
  };
}

function decodeLatin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
