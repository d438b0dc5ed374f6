import { stat } from 'node:fs/promises';
import { logChunks } from './chunk-pool.ts';
import type { LogSource } from './log-source.ts';
import { isAbsentFile, readFileRange, unreadableFile } from './read-file-range.ts';
import { createTimelineReader } from './timeline-reader.ts';
import { watchFile } from './watch-file.ts';

/** How {@link createFileLogSource} knows of the end and of news. */
export interface FileLogOptions {
  /** Whether the log's writer has gone. Once true, it stays true. Asked at every poll of a follow. */
  readonly ended: () => Promise<boolean>;
  /** How often a follow looks at the file where the file system sends no events, e.g. NFS. Default 250. */
  readonly pollMilliseconds?: number;
}

const defaultPollMilliseconds = 250;

/**
 * A log in an append-only file at `path`, with its times in a file at `timelinePath`: lines `<offset> <seconds>\n`, each
 * saying that the log had that many bytes just before that moment (seconds since 1970 with a fraction). Both files may be
 * absent yet: an empty log, no times. Follows by file events and by polling.
 */
export function createFileLogSource(path: string, timelinePath: string, options: FileLogOptions): LogSource {
  const pollMilliseconds = options.pollMilliseconds ?? defaultPollMilliseconds;
  const readTimeline = createTimelineReader(timelinePath);
  let seenSize = 0;
  return {
    async size() {
      seenSize = await fileSize(path);
      return seenSize;
    },
    read: (from, to) => readFileRange(path, from, to),
    release: (chunk) => logChunks.giveBack(chunk),
    timeline: readTimeline,
    ended: options.ended,
    async changed(signal) {
      using watcher = watchFile(path);
      for (;;) {
        signal.throwIfAborted();
        if ((await fileSize(path)) !== seenSize || (await options.ended())) return;
        await watcher.wait(pollMilliseconds, signal);
      }
    },
  };
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsentFile(error)) return 0;
    throw unreadableFile(error);
  }
}
