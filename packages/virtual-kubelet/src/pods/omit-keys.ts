/** A copy without some keys. */
export function omitKeys<T extends object, Key extends keyof T>(object: T, ...keys: readonly Key[]): Omit<T, Key> {
  const omitted = new Set<string>(keys.map(String));
  return Object.fromEntries(Object.entries(object).filter(([key]) => !omitted.has(key))) as Omit<T, Key>;
}
