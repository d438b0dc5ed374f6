import { createHash } from 'node:crypto';

/** An event that is known by its words. */
export interface ToldEvent {
  /** Where it is in the API server; undefined until it is there. */
  path: string | undefined;
  /** As written. */
  count: number;
  /** Told again since the last write. */
  repeats: number;
  /** When it was last to be written, in milliseconds since 1970. */
  at: number;
}

/** What was told lately. */
export interface ToldEvents {
  /** Notes that an event is being told. False when the same was told so shortly before that it is only counted. */
  note(key: string, at: number): boolean;
  get(key: string): ToldEvent | undefined;
  /** Forgets an event that could not be written; else it would be held back as told. */
  forget(key: string): void;
}

/** What is told at every try of something would else be a write at every try. As long as the limiter takes to allow one more. */
const quietMilliseconds = 300_000;
/** The API server keeps events for an hour: after it they are new. */
const sameEventMilliseconds = 3_600_000;
/** More than a virtual node's pods that all tell of one outage, in a few megabytes. */
const maximumRemembered = 16_384;

/** Nothing told yet. The event that was longest unmentioned is forgotten first. */
export function createToldEvents(): ToldEvents {
  const told = new Map<string, ToldEvent>();

  function remember(key: string, event: ToldEvent): void {
    told.delete(key);
    told.set(key, event);
    if (told.size > maximumRemembered) told.delete(told.keys().next().value ?? '');
  }

  return {
    note(key, at) {
      const known = told.get(key);
      const age = known === undefined ? Number.POSITIVE_INFINITY : at - known.at;
      if (known === undefined || age >= sameEventMilliseconds) {
        remember(key, { path: undefined, count: 0, repeats: 0, at });
        return true;
      }
      if (age < quietMilliseconds) {
        known.repeats += 1;
        return false;
      }
      known.at = at;
      remember(key, known);
      return true;
    },
    get: (key) => told.get(key),
    forget: (key) => void told.delete(key),
  };
}

/** A key for words, short because messages are long and many are remembered. */
export function keyOfWords(words: readonly (string | undefined)[]): string {
  return createHash('sha256').update(words.join('\n')).digest('base64');
}
