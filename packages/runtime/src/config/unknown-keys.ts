import { formatConfigPath } from './check-config.ts';

/** The keys a file may have: nested objects for sections, a list of one shape for lists, `true` for a value. */
export type KeyShape = true | { readonly [key: string]: KeyShape } | readonly [KeyShape];

/** A key that no component reads. */
export interface UnknownKey {
  /** Path of the key, e.g. `TLS.certfile`. */
  readonly path: string;
  /** The key that was probably meant, where one is near. */
  readonly nearest?: string;
}

const farthestTypo = 2;

/** Number of single-character edits between two words, upper and lower case being equal. */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function nearestOf(key: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(key, candidate) }))
    .toSorted((left, right) => left.distance - right.distance)[0];
  return ranked !== undefined && ranked.distance <= farthestTypo ? ranked.candidate : undefined;
}

function describeUnknown(key: string, candidates: readonly string[], path: readonly PropertyKey[]): UnknownKey {
  const nearest = nearestOf(key, candidates);
  const full = formatConfigPath([...path, key]);
  return nearest === undefined ? { path: full } : { path: full, nearest };
}

/**
 * The keys of a foreign configuration file that nothing reads, with the key that was probably meant.
 * The files of the Go components often have such keys, and the Go components ignore them, so they are worth a warning and no more.
 */
export function unknownKeys(value: unknown, shape: KeyShape, path: readonly PropertyKey[] = []): readonly UnknownKey[] {
  if (shape === true || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(shape)) {
    const item = (shape as readonly [KeyShape])[0];
    return Array.isArray(value) ? value.flatMap((entry, index) => unknownKeys(entry, item, [...path, index])) : [];
  }
  const known = shape as Readonly<Record<string, KeyShape>>;
  return Object.entries(value).flatMap(([key, entry]) => {
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    return inner === undefined
      ? [describeUnknown(key, Object.keys(known), path)]
      : unknownKeys(entry, inner, [...path, key]);
  });
}
