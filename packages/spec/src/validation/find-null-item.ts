/**
 * The path of the first list item that is null, as `spec.containers[0]`; undefined when there is none. A nil slice is null in Go, an item of one never is,
 * and whoever reads the list would trip over it.
 */
export function findNullItem(value: unknown, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    const place = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (item === null && isList) return place;
    const found = findNullItem(item, place);
    if (found !== undefined) return found;
  }
  return undefined;
}
