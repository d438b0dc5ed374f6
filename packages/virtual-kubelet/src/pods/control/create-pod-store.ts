import type { Change, Informer } from '@interlink/kube';
import type { Pod } from '@interlink/spec';
import type { PodDirectory } from '../pod-directory.ts';
import { isNewerVersion } from './is-newer-version.ts';
import { podKey, podUid } from './pod-identity.ts';

/** The pods of the node, never older than what this process wrote itself. */
export interface PodStore {
  readonly directory: PodDirectory;
  get(key: string): Pod | undefined;
  byUid(uid: string): Pod | undefined;
  list(): readonly Pod[];
  /** Remembers the answer to a write until the informer has it too. */
  keep(pod: Pod): void;
  /** Takes note of a change that the informer told. */
  follow(change: Change<Pod>): void;
}

/** A store on top of an informer. It keeps one copy of each pod, and a second only between a write and its echo. */
export function createPodStore(informer: Informer<Pod>): PodStore {
  const ahead = new Map<string, Pod>();
  const keys = new Map<string, string>();

  function newest(key: string, known: Pod | undefined): Pod | undefined {
    const written = ahead.get(key);
    if (written === undefined) return known;
    const isSame = known !== undefined && podUid(known) === podUid(written);
    return isSame && isNewerVersion(written.metadata?.resourceVersion, known.metadata?.resourceVersion)
      ? written
      : known;
  }

  const get = (key: string): Pod | undefined => newest(key, informer.get(key));
  const list = (): readonly Pod[] => {
    const pods = informer.list();
    return ahead.size === 0 ? pods : pods.map((pod) => newest(podKey(pod), pod) ?? pod);
  };

  return {
    directory: { get: (namespace, name) => get(`${namespace}/${name}`), list },
    get,
    list,
    byUid(uid) {
      const key = keys.get(uid);
      const pod = key === undefined ? undefined : get(key);
      return pod !== undefined && podUid(pod) === uid ? pod : undefined;
    },
    keep(pod) {
      const known = informer.get(podKey(pod));
      if (known === undefined || podUid(known) !== podUid(pod)) return;
      if (isNewerVersion(pod.metadata?.resourceVersion, known.metadata?.resourceVersion)) ahead.set(podKey(pod), pod);
    },
    follow({ type, object }) {
      const key = podKey(object);
      if (type === 'deleted') {
        keys.delete(podUid(object));
        if (podUid(ahead.get(key) ?? {}) === podUid(object)) ahead.delete(key);
        return;
      }
      keys.set(podUid(object), key);
      const written = ahead.get(key)?.metadata?.resourceVersion;
      if (!isNewerVersion(written, object.metadata?.resourceVersion)) ahead.delete(key);
    },
  };
}
