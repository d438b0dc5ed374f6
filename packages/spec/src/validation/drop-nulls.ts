/** A copy without the keys whose value is null, at any depth: Go sends nil lists and pointers so, and null means absent. */
export function dropNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => dropNulls<unknown>(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, dropNulls<unknown>(item)])) as T;
}
