const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const secondInMilliseconds = 1000;

/** A time as the API server keeps it in an object: UTC, whole seconds. */
export function formatTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / secondInMilliseconds) * secondInMilliseconds;
  return new Date(seconds).toISOString().replace(/\.000Z$/, 'Z');
}

/**
 * A time that a plugin sent, in the same form: else each answer would differ from what the API server kept of the last one.
 * Go's zero time and what is no RFC 3339 time are undefined; the API server would refuse a whole status for it.
 */
export function normalizeTime(text: unknown): string | undefined {
  if (typeof text !== 'string' || !pattern.test(text) || text.startsWith('0001-01-01')) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : formatTime(milliseconds);
}
