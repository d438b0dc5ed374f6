import { isUtf8 } from 'node:buffer';
import type { ConfigMap, KeyToPath, Secret } from '@interlink/spec';

/** Content of one file: text, or base64 where the bytes are no UTF-8 text. */
export type FileContent = { readonly text: string } | { readonly base64: string };

/** Files of a volume by path; or the key that an item names and the object does not have. */
export type SelectedItems = { readonly files: ReadonlyMap<string, FileContent> } | { readonly missingKey: string };

/** The content of a ConfigMap by key. */
export function configMapFiles(map: ConfigMap): ReadonlyMap<string, FileContent> {
  const text = Object.entries(map.data ?? {}).map(([key, value]) => [key, { text: value }] as const);
  const binary = Object.entries(map.binaryData ?? {}).map(([key, value]) => [key, { base64: value }] as const);
  return new Map<string, FileContent>([...text, ...binary]);
}

/** The content of a Secret by key, as text where it is text. */
export function secretFiles(secret: Secret): ReadonlyMap<string, FileContent> {
  return new Map(
    Object.entries(secret.data ?? {}).map(([key, base64]) => {
      const bytes = Buffer.from(base64, 'base64');
      return [key, isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64 }];
    }),
  );
}

/** What a volume shows of an object: everything, or the named keys under their paths. */
export function selectItems(
  files: ReadonlyMap<string, FileContent>,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
): SelectedItems {
  if (items === undefined || items.length === 0) return { files };
  const selected = new Map<string, FileContent>();
  for (const { key, path } of items) {
    const content = files.get(key);
    if (content !== undefined) selected.set(path, content);
    else if (optional !== true) return { missingKey: key };
  }
  return { files: selected };
}
