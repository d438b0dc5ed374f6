import { keyOf, type KubeObject } from './kube-object.ts';

/** One change of the known world. */
export interface Change<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** The object now; for `deleted` its last known state. */
  readonly object: T;
  /** The object before, where it was known. */
  readonly previous?: T;
}

/** The objects known, by key. */
export interface ObjectStore<T> {
  get(key: string): T | undefined;
  list(): readonly T[];
  readonly size: number;
  /** Takes a state and says what changed. Another UID under the same key is a deletion and an addition. */
  put(object: T): readonly Change<T>[];
  remove(object: T): readonly Change<T>[];
  /** Takes a full list: what is not in it is deleted. */
  replace(objects: readonly T[]): readonly Change<T>[];
}

/** An empty store. Nothing in it is copied: readers must not change what they get. */
export function createObjectStore<T extends KubeObject>(): ObjectStore<T> {
  const objects = new Map<string, T>();

  function put(object: T): readonly Change<T>[] {
    const key = keyOf(object);
    const previous = objects.get(key);
    objects.set(key, object);
    if (previous === undefined) return [{ type: 'added', object }];
    if (previous.metadata?.uid !== object.metadata?.uid) {
      return [
        { type: 'deleted', object: previous, previous },
        { type: 'added', object },
      ];
    }
    if (previous.metadata?.resourceVersion === object.metadata?.resourceVersion) return [];
    return [{ type: 'modified', object, previous }];
  }

  function remove(object: T): readonly Change<T>[] {
    const previous = objects.get(keyOf(object));
    if (previous === undefined) return [];
    objects.delete(keyOf(object));
    return [{ type: 'deleted', object: previous.metadata?.uid === object.metadata?.uid ? object : previous, previous }];
  }

  function replace(list: readonly T[]): readonly Change<T>[] {
    const present = new Set(list.map(keyOf));
    const gone = [...objects.values()].filter((object) => !present.has(keyOf(object)));
    return [...gone.flatMap(remove), ...list.flatMap(put)];
  }

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    get size() {
      return objects.size;
    },
    put,
    remove,
    replace,
  };
}
