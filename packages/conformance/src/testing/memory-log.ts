import type { LogSource } from '@interlink/plugin-sdk';

/** A log in memory: what was appended, and when. */
export interface MemoryLog extends LogSource {
  append(bytes: Uint8Array): void;
  end(): void;
}

/** Makes an empty {@link MemoryLog}. */
export function createMemoryLog(): MemoryLog {
  let content = Buffer.alloc(0);
  const times: { offset: number; time: number }[] = [];
  let hasEnded = false;
  let seen = 0;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const go of waiting) go();
    waiting.clear();
  };
  return {
    append(bytes) {
      times.push({ offset: content.length, time: Date.now() });
      content = Buffer.concat([content, bytes]);
      wake();
    },
    end() {
      hasEnded = true;
      wake();
    },
    size: () => {
      seen = content.length;
      return Promise.resolve(seen);
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- all of it is there
    read: async function* (from, to) {
      yield content.subarray(from, to);
    },
    timeline: () => Promise.resolve(times),
    ended: () => Promise.resolve(hasEnded),
    changed: (signal) =>
      new Promise((resolve, reject) => {
        if (hasEnded || content.length > seen) resolve();
        waiting.add(resolve);
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
}
