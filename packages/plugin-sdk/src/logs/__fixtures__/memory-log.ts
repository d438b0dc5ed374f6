import type { LogSource, TimelineEntry } from '../log-source.ts';

/** A log in memory that a test writes. */
export interface MemoryLog extends LogSource {
  append(bytes: Uint8Array | string, time: number): void;
  end(): void;
  /** How many callers wait for news. */
  readonly waiting: number;
}

/** `readBytes`: the largest chunk that a read gives. */
export function createMemoryLog(readBytes = 7): MemoryLog {
  let content = Buffer.alloc(0);
  let hasEnded = false;
  let seen = { size: 0, hasEnded: false };
  const entries: TimelineEntry[] = [];
  const waiters = new Set<() => void>();
  const wakeAll = () => [...waiters].forEach((wake) => wake());
  return {
    append(bytes, time) {
      entries.push({ offset: content.length, time });
      content = Buffer.concat([content, Buffer.from(bytes as Uint8Array)]);
      wakeAll();
    },
    end() {
      hasEnded = true;
      wakeAll();
    },
    get waiting() {
      return waiters.size;
    },
    size: () => {
      seen = { ...seen, size: content.length };
      return Promise.resolve(content.length);
    },
    async *read(from, to) {
      for (let at = from; at < Math.min(to, content.length); at += readBytes) {
        await Promise.resolve();
        yield Buffer.from(content.subarray(at, Math.min(at + readBytes, to, content.length)));
      }
    },
    timeline: () => Promise.resolve(entries),
    ended: () => {
      seen = { ...seen, hasEnded };
      return Promise.resolve(hasEnded);
    },
    changed(signal) {
      if (content.length !== seen.size || hasEnded !== seen.hasEnded) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void) => () => {
          waiters.delete(wake);
          finish();
        };
        const wake = settle(resolve);
        waiters.add(wake);
        signal.addEventListener('abort', settle(() => reject(signal.reason as Error)), { once: true }); // prettier-ignore
      });
    },
  };
}
