const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const prefixPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const longestPrefix = 253;
const longestValue = 63;

/** True for a key that labels, taints and resources may have: `name` or `dns.prefix/name`. */
export function isQualifiedName(key: string): boolean {
  const parts = key.split('/');
  if (parts.length > 2) return false;
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  if (prefix !== undefined && (prefix.length > longestPrefix || !prefixPattern.test(prefix))) return false;
  return namePattern.test(name);
}

/** True for a value that labels and taints may have. */
export function isLabelValue(value: string): boolean {
  return value === '' || namePattern.test(value);
}

/** A text as a label value: what may not stand in one becomes a dash. */
export function toLabelValue(text: string): string {
  const allowed = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, longestValue);
  return allowed.replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
