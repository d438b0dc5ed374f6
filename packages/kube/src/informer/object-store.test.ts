import { describe, expect, it } from 'vitest';
import { createObjectStore } from './object-store.ts';

const pod = (name: string, uid: string, resourceVersion: string) => ({
  metadata: { namespace: 'ns', name, uid, resourceVersion },
});
const told = (changes: readonly { type: string; object: { metadata: { uid: string } } }[]) =>
  changes.map(({ type, object }) => `${type} ${object.metadata.uid}`);

describe('object store', () => {
  it('tells additions, changes and deletions, and nothing for a state it has', () => {
    const store = createObjectStore<ReturnType<typeof pod>>();
    expect(told(store.put(pod('a', 'u1', '1')))).toEqual(['added u1']);
    expect(told(store.put(pod('a', 'u1', '1')))).toEqual([]);
    expect(store.put(pod('a', 'u1', '2'))[0]?.previous?.metadata.resourceVersion).toBe('1');
    expect(told(store.remove(pod('a', 'u1', '3')))).toEqual(['deleted u1']);
    expect(told(store.remove(pod('a', 'u1', '3')))).toEqual([]);
  });

  it('takes another UID under the same name for a deletion and an addition', () => {
    const store = createObjectStore<ReturnType<typeof pod>>();
    store.put(pod('a', 'u1', '1'));
    expect(told(store.put(pod('a', 'u2', '2')))).toEqual(['deleted u1', 'added u2']);
  });

  it('tells what a full list adds, changes, recreates and lacks', () => {
    const store = createObjectStore<ReturnType<typeof pod>>();
    store.replace([pod('same', 'u1', '1'), pod('changed', 'u2', '1'), pod('again', 'u3', '1'), pod('gone', 'u4', '1')]);
    const list = [pod('same', 'u1', '1'), pod('changed', 'u2', '5'), pod('again', 'u5', '6'), pod('new', 'u6', '7')];
    expect(told(store.replace(list))).toEqual(['deleted u4', 'modified u2', 'deleted u3', 'added u5', 'added u6']);
    expect(store.size).toBe(4);
    expect(store.get('ns/again')?.metadata.uid).toBe('u5');
  });
});
