import type { Pod } from '@interlink/spec';

const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/s;

const readers: Readonly<Record<string, (pod: Pod) => string | undefined>> = {
  'metadata.name': (pod) => pod.metadata?.name,
  'metadata.namespace': (pod) => pod.metadata?.namespace,
  'metadata.uid': (pod) => pod.metadata?.uid,
  'metadata.labels': (pod) => formatMap(pod.metadata?.labels),
  'metadata.annotations': (pod) => formatMap(pod.metadata?.annotations),
  'spec.nodeName': (pod) => pod.spec?.nodeName,
  'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName,
  'status.hostIP': (pod) => pod.status?.hostIP,
  'status.hostIPs': (pod) => pod.status?.hostIPs?.map(({ ip }) => ip ?? '').join(',') ?? pod.status?.hostIP,
  'status.podIP': (pod) => pod.status?.podIP,
  'status.podIPs': (pod) => pod.status?.podIPs?.map(({ ip }) => ip ?? '').join(',') ?? pod.status?.podIP,
};

/**
 * The value of a downward API field path such as `metadata.name` or `metadata.labels['app']`.
 * undefined: the path is unknown, or the pod has no value there yet. An absent label or annotation is empty, as in a kubelet.
 */
export function readFieldReference(pod: Pod, fieldPath: string): string | undefined {
  const [, map, key] = subscript.exec(fieldPath) ?? [];
  if (map !== undefined && key !== undefined) {
    const values = map === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations;
    return values && Object.hasOwn(values, key) ? values[key] : '';
  }
  return Object.hasOwn(readers, fieldPath) ? readers[fieldPath]?.(pod) : undefined;
}

/** `key="value"` lines, sorted, quoted as Go quotes, without a newline after the last: the form of labels and annotations in a downward API file. */
function formatMap(values: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(values ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${quoteGo(value)}`)
    .join('\n');
}

const goEscapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '"': '\\"', '\\': '\\\\',
}; // prettier-ignore

function quoteGo(text: string): string {
  // Control characters, and what Unicode does not call printable, are escaped by Go's strconv.Quote.
  const escaped = text.replace(/["\\]|[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const known = goEscapes[character];
    if (known !== undefined) return known;
    if (code < 0x80) return `\\x${hex(code, 2)}`;
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
  return `"${escaped}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
