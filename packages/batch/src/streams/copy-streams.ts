import type { Readable, Writable } from 'node:stream';

const quietMilliseconds = 250;
const lookMilliseconds = 50;

/**
 * Gives everything that a process writes, one chunk after the other. Ends with the stream; or, once the process has ended, when nothing
 * comes any more: what it left running may hold the stream open for ever.
 */
export async function copyOutput(
  source: Readable,
  take: (chunk: Uint8Array) => Promise<void>,
  ended: Promise<unknown>,
): Promise<void> {
  const quiet = createQuietWatch(() => source.destroy());
  void ended.then(() => quiet.start());
  try {
    quiet.wait();
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      quiet.pause();
      await take(chunk);
      quiet.wait();
    }
  } catch (error) {
    if (!quiet.isOver()) throw error;
  } finally {
    quiet.stop();
  }
}

interface QuietWatch {
  /** Counts the silence from now on. */
  wait(): void;
  pause(): void;
  start(): void;
  stop(): void;
  isOver(): boolean;
}

/** Calls back once a silence was too long. */
function createQuietWatch(tooLong: () => void): QuietWatch {
  let since: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let isStopped = false;
  const look = (): void => {
    if (since === undefined || performance.now() - since < quietMilliseconds) return;
    isOver = true;
    tooLong();
  };
  return {
    wait: () => (since = performance.now()),
    pause: () => (since = undefined),
    start() {
      if (!isStopped) timer = setInterval(look, lookMilliseconds);
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
    isOver: () => isOver,
  };
}

/** Writes a chunk; resolves when the process can take more, with false once it takes nothing any more. */
export function writeChunk(sink: Writable, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (sink.destroyed) resolve(false);
    else sink.write(chunk, (error) => resolve(error === null || error === undefined));
  });
}

/** Writes everything of a source, then closes. A source that fails leaves the input open: half of it must not look whole. */
export async function copyInput(source: AsyncIterator<Uint8Array>, sink: Writable): Promise<void> {
  for (;;) {
    const result = await source.next();
    if (result.done === true) break;
    if (!(await writeChunk(sink, result.value))) return;
  }
  sink.end();
}
