import { InvalidInputError, type KeyToPath } from '@interlink/spec';
import { checkedList } from './check-list.ts';
import { volumeFilePath } from './check-text.ts';

/** One file of a volume. */
export interface VolumeFile {
  /** Relative to the volume, checked: no `..`, no absolute path. */
  readonly path: string;
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
  readonly content: Uint8Array;
}

/** Mode of a file whose volume names none. */
export const defaultFileMode = 0o644;

/** Which keys of an object become files, and how. */
export interface FileSelection {
  /** Only these keys, at these paths; absent or empty: every key, at a path of its name. */
  readonly items?: readonly KeyToPath[] | null;
  readonly defaultMode?: number;
  /** Whether a missing key is passed over. */
  readonly optional?: boolean;
  /** Path of the volume's source, for errors. */
  readonly field: string;
  /** Name of the object, for errors. */
  readonly object: string;
}

/** The files that a ConfigMap's or Secret's keys become. */
export function selectFiles(content: ReadonlyMap<string, Uint8Array>, selection: FileSelection): VolumeFile[] {
  const { field } = selection;
  const items = checkedList(selection.items, `${field}.items`);
  const mode = checkedMode(selection.defaultMode, `${field}.defaultMode`) ?? defaultFileMode;
  if (items.length === 0) {
    return [...content].map(([key, bytes]) => ({
      path: volumeFilePath(key, `${field}[${key}]`),
      mode,
      content: bytes,
    }));
  }
  return items.flatMap((item, index) =>
    itemFile(item, `${field}.items[${index}]`, content, { ...selection, defaultMode: mode }),
  );
}

function itemFile(
  item: KeyToPath,
  field: string,
  content: ReadonlyMap<string, Uint8Array>,
  selection: FileSelection & { defaultMode: number },
): VolumeFile[] {
  const path = volumeFilePath(item.path, `${field}.path`);
  const bytes = content.get(item.key);
  if (bytes) return [{ path, mode: checkedMode(item.mode, `${field}.mode`) ?? selection.defaultMode, content: bytes }];
  if (selection.optional === true) return [];
  throw new InvalidInputError(`${field}.key: ${selection.object} has no key ${item.key}`, { field: `${field}.key` });
}

/** Permission bits as given; refused outside 0 to 0777, as an API server does. */
export function checkedMode(mode: number | null | undefined, field: string): number | undefined {
  if (mode === undefined || mode === null) return undefined;
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o777) return mode;
  throw new InvalidInputError(`${field} must be between 0 and 0777 octal (511)`, { field });
}

/** Sorted by path; of two files at one path the later one. A path that is a file and a directory at once is refused. */
export function sortedFiles(files: readonly VolumeFile[]): VolumeFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const { path } of byPath.values()) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      if (!byPath.has(path.slice(0, slash))) continue;
      throw new InvalidInputError(`the volume has a file ${path.slice(0, slash)} and a file ${path}`, {
        field: 'pod.spec.volumes',
      });
    }
  }
  return [...byPath.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}
