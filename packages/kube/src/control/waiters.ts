/** Those who wait for a value, first come, first served. */
export interface Waiters<T> {
  /** Waits for a value; rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<T>;
  /** Takes the first who waits out of the line; the caller gives them their value. */
  next(): ((value: T) => void) | undefined;
}

/** Nobody waits. `onChange` is told whether somebody waits. */
export function createWaiters<T>(onChange: (some: boolean) => void): Waiters<T> {
  const line: ((value: T) => void)[] = [];
  return {
    wait(signal) {
      return new Promise<T>((resolve, reject) => {
        signal.throwIfAborted();
        const take = (value: T): void => {
          signal.removeEventListener('abort', leave);
          resolve(value);
        };
        const leave = (): void => {
          line.splice(line.indexOf(take), 1);
          onChange(line.length > 0);
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', leave, { once: true });
        line.push(take);
        onChange(true);
      });
    },
    next() {
      const first = line.shift();
      onChange(line.length > 0);
      return first;
    },
  };
}
