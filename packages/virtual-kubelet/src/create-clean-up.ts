import type { Logger } from '@interlink/runtime';

/** What must be done at the end, in the reverse order. */
export interface CleanUp {
  /** Adds a step. */
  add(step: () => unknown): void;
  /** Adds the disposal of something, and gives it back. */
  own<T extends AsyncDisposable>(resource: T): T;
  /** Does every step once, the last one first; what a step throws is logged. Later calls wait for the first. */
  run(): Promise<void>;
}

/** Nothing to do yet. */
export function createCleanUp(logger: Logger): CleanUp {
  const steps: (() => unknown)[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const step of steps.reverse()) {
      try {
        await step();
      } catch (error) {
        logger.warn({ err: error }, 'a step of the end failed');
      }
    }
  }

  return {
    add: (step) => void steps.push(step),
    own(resource) {
      steps.push(() => resource[Symbol.asyncDispose]());
      return resource;
    },
    run: () => (running ??= runAll()),
  };
}
