/** A piece of work that takes long enough for a person to wonder. */
export interface ProgressTask {
  /** How much is done, from 0 to 1, and what is being done now. */
  update(fraction: number, note?: string): void;
  /** Ends the display, whether the work succeeded or not. */
  end(): void;
}

/** Where a long preparation says what it is doing. */
export interface Progress {
  /** One line, at once. */
  say(message: string): void;
  /** Begins a task; `usually` says in words how long it takes, e.g. `7 minutes on 2 cores`. */
  begin(title: string, usually: string): ProgressTask;
}

/** Says nothing. */
export const silentProgress: Progress = {
  say: () => undefined,
  begin: () => ({ update: () => undefined, end: () => undefined }),
};
