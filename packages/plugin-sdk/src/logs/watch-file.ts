import { watch, type FSWatcher } from 'node:fs';

/** Tells when a file may have changed. */
export interface FileWatcher extends Disposable {
  /** Resolves at the next file event or after the time, whichever is first; rejects when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Events of a file, remembered from the call on; none where the file or the system's watches are missing. */
export function watchFile(path: string): FileWatcher {
  let hasEvent = false;
  let wake = () => {};
  const watcher = tryWatch(path);
  watcher?.on('change', () => {
    hasEvent = true;
    wake();
  });
  return {
    async wait(milliseconds, signal) {
      if (!hasEvent) await interruptibleWait(milliseconds, signal, (resolve) => (wake = resolve));
      hasEvent = false;
    },
    [Symbol.dispose]: () => watcher?.close(),
  };
}

function tryWatch(path: string): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false });
    // A watch that fails later leaves the polling.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // Absent, or no watches left on this machine: polling does it.
    return undefined;
  }
}

function interruptibleWait(
  milliseconds: number,
  signal: AbortSignal,
  onStart: (resolve: () => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      finish();
    };
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = () => settle(() => reject(signal.reason as Error));
    const timer = setTimeout(() => settle(resolve), milliseconds);
    signal.addEventListener('abort', abort, { once: true });
    onStart(() => settle(resolve));
  });
}
