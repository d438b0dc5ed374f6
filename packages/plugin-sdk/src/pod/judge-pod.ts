import { dropNulls, type Pod } from '@interlink/spec';
import { ignored, type FieldVerdict, type VerdictNote, type VerdictRule, type VerdictTable } from './verdict.ts';

/** A table prepared for many lookups. */
interface PreparedTable {
  readonly entries: ReadonlyMap<string, VerdictNote | VerdictRule>;
  /** Every path that has an entry below it. */
  readonly inner: ReadonlySet<string>;
}

interface Place {
  readonly pod: Pod;
  readonly path: string;
  /** The path as tables write it. */
  readonly pattern: string;
  readonly parent: unknown;
}

interface Match {
  readonly pattern: string;
  readonly entry: VerdictNote | VerdictRule;
}

const unlisted = ignored('this backend does not know the field');

/**
 * A verdict for every field that a pod sets in `metadata` and `spec`, in the order of the pod. A field of which no entry of the
 * table speaks is `ignored`. Empty texts, lists and objects are not set, unless the table has an entry for them.
 */
export function judgePod(pod: Pod, table: VerdictTable): FieldVerdict[] {
  const prepared = prepare(table);
  const { metadata, spec } = dropNulls(pod);
  const roots = Object.entries({ metadata, spec }).filter(([, value]) => value !== undefined);
  return roots.flatMap(([key, value]) => judge(value, { pod, path: key, pattern: key, parent: pod }, prepared));
}

/**
 * The entry of a table that speaks for a field, by its pattern; undefined where none does and a pod that sets it is told that it is unknown. For
 * tests that a table is complete, and for pages made from it.
 *
 * @param pattern as tables write it, e.g. `spec.containers[].livenessProbe.exec.command`
 */
export function entryFor(table: VerdictTable, pattern: string): string | undefined {
  return longestMatch(aliases(pattern), prepare(table))?.pattern;
}

function judge(value: unknown, place: Place, table: PreparedTable): FieldVerdict[] {
  const patterns = aliases(place.pattern);
  const match = longestMatch(patterns, table);
  const isListed = match !== undefined && patterns.includes(match.pattern);
  const hasFields = patterns.some((pattern) => table.inner.has(pattern));
  if (hasFields && !(isListed && isEmpty(value))) return judgeChildren(value, place, table);
  if (isEmpty(value) && !isListed) return [];
  const note = match ? apply(match.entry, value, place) : unlisted;
  return note ? [{ path: place.path, verdict: note.verdict, note: note.note }] : [];
}

function judgeChildren(value: unknown, place: Place, table: PreparedTable): FieldVerdict[] {
  const { pod, path, pattern } = place;
  if (Array.isArray(value)) {
    const inItem = (index: number) => ({
      pod,
      path: `${path}[${index}]`,
      pattern: `${pattern}[]`,
      parent: value as unknown,
    });
    return value.flatMap((item, index) => judge(item, inItem(index), table));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const step = /^\w+$/.test(key) ? `.${key}` : `['${key}']`;
    return judge(item, { pod, path: path + step, pattern: pattern + step, parent: value }, table);
  });
}

function apply(
  entry: VerdictNote | VerdictRule,
  value: unknown,
  { pod, path, parent }: Place,
): VerdictNote | undefined {
  return typeof entry === 'function' ? entry(value, { pod, path, parent }) : entry;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const otherContainers = ['spec.initContainers[]', 'spec.ephemeralContainers[]'];

/** The patterns that speak for a place, the more special one first. */
function aliases(pattern: string): string[] {
  const list = otherContainers.find((name) => pattern.startsWith(name));
  return list === undefined ? [pattern] : [pattern, `spec.containers[]${pattern.slice(list.length)}`];
}

function longestMatch(patterns: readonly string[], { entries }: PreparedTable): Match | undefined {
  let steps = patterns.map(ancestry);
  while (steps.some((chain) => chain.length > 0)) {
    for (const chain of steps) {
      const pattern = chain[0];
      const entry = pattern === undefined ? undefined : entries.get(pattern);
      if (pattern !== undefined && entry) return { pattern, entry };
    }
    steps = steps.map((chain) => chain.slice(1));
  }
  return undefined;
}

/** A pattern and all it is below, the longest first: `spec.a[].b`, `spec.a[]`, `spec.a`, `spec`. */
function ancestry(pattern: string): string[] {
  const ends = [...pattern.matchAll(/(?:^\w+|\.\w+|\[\]|\['.*?'\])/gs)].map(
    ({ 0: step, index }) => index + step.length,
  );
  return ends.reverse().map((end) => pattern.slice(0, end));
}

function prepare(table: VerdictTable): PreparedTable {
  const inner = new Set(Object.keys(table).flatMap((pattern) => ancestry(pattern).slice(1)));
  return { entries: new Map(Object.entries(table)), inner };
}
