import type { Pod } from '@interlink/spec';

/** What a backend does with a field. `emulated`: in another way than a kubelet, with the same purpose. */
export type Verdict = 'honoured' | 'emulated' | 'ignored' | 'refused';

/** A verdict with one sentence for the pod's author. */
export interface VerdictNote {
  readonly verdict: Verdict;
  readonly note: string;
}

/** A field that a pod sets, and what becomes of it. */
export interface FieldVerdict extends VerdictNote {
  /** Path without a leading `pod`, e.g. `spec.containers[0].livenessProbe`. */
  readonly path: string;
}

/** Where a value stands, for verdicts that depend on more than the value. */
export interface VerdictContext {
  readonly pod: Pod;
  readonly path: string;
  /** The object or list that holds the value. */
  readonly parent: unknown;
}

/** Decides by value. undefined: not worth a mention, e.g. a default that an API server filled in. */
export type VerdictRule = (value: unknown, context: VerdictContext) => VerdictNote | undefined;

/**
 * Verdicts by path without indices: `spec.containers[].livenessProbe`. An entry speaks for everything below it; the longest
 * one counts. Entries of `spec.containers[]` speak for `spec.initContainers[]` too, where these have no entry as long. A key with a
 * character other than letters and digits is written `metadata.annotations['example.org/key']`.
 */
export type VerdictTable = Readonly<Record<string, VerdictNote | VerdictRule>>;

/** The field does what it does in a kubelet. */
export function honoured(note = 'as on any node'): VerdictNote {
  return { verdict: 'honoured', note };
}

/** The field's purpose is met in another way, which the note names. */
export function emulated(note: string): VerdictNote {
  return { verdict: 'emulated', note };
}

/** The field has no effect; the note says what happens instead. */
export function ignored(note: string): VerdictNote {
  return { verdict: 'ignored', note };
}

/** A pod that sets the field is not taken. */
export function refused(note: string): VerdictNote {
  return { verdict: 'refused', note };
}

/** A rule for what is never worth a mention. */
export const unmentioned: VerdictRule = () => undefined;

/** The verdict unless the value is one of `defaults`, which an API server fills in by itself. Compared as JSON. */
export function unlessDefault(defaults: readonly unknown[], otherwise: VerdictNote | VerdictRule): VerdictRule {
  const known = new Set(defaults.map((value) => JSON.stringify(value)));
  return (value, context) => {
    if (known.has(JSON.stringify(value))) return undefined;
    return typeof otherwise === 'function' ? otherwise(value, context) : otherwise;
  };
}
