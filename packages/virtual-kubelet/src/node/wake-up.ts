/** Ends the waits of a loop early. */
export interface WakeUp {
  /** Ends the wait that is going on, or the next one. */
  wake(): void;
  /** Resolves when woken, or when the other promise settles in any way. */
  wait(other: Promise<unknown>): Promise<void>;
}

/** For one loop: only one may wait at a time. */
export function createWakeUp(): WakeUp {
  let isDue = false;
  let end: (() => void) | undefined;
  return {
    wake() {
      isDue = true;
      end?.();
    },
    async wait(other) {
      const settled = other.then(
        () => undefined,
        () => undefined,
      );
      if (!isDue) await Promise.race([settled, new Promise<void>((resolve) => (end = resolve))]);
      isDue = false;
      end = undefined;
    },
  };
}
