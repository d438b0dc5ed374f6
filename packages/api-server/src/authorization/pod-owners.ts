import { isInterLinkError, type CallOptions, type HeldPod } from '@interlink/spec';
import type { Clock } from '@interlink/runtime';
import { createSingleFlight } from '../status/single-flight.ts';
import type { PodOwner } from './node-scope.ts';

/** The owner of a pod; `nobody`: there is no such pod; `unknown`: the plugin cannot tell. */
export type FoundOwner = PodOwner | 'nobody' | 'unknown';

/** Whom every pod belongs to. A plugin that lists its pods is asked, so that a restart forgets nothing. */
export interface PodOwners {
  /** What is known without asking. */
  peek(uid: string): PodOwner | undefined;
  /** Asks the plugin where a pod is not known, for all of them at once and not more than once in two seconds. */
  find(uids: readonly string[], call: CallOptions): Promise<(uid: string) => FoundOwner>;
  /** The plugin's pods are known from a first list on; later creates come through here. */
  load(call: CallOptions): Promise<void>;
  /** Remembers the owner of a pod that is being created. */
  claim(uid: string, owner: PodOwner): void;
  /** Forgets a pod whose create was refused. */
  release(uid: string): void;
  /** Forgets a deleted pod after a day: until then somebody may ask for its state. */
  end(uid: string): void;
  /** Takes over what a list says. */
  learn(pods: readonly HeldPod[]): void;
}

const quietMilliseconds = 2000;
const keepEndedMilliseconds = 86_400_000;

type List = ((call?: CallOptions) => Promise<readonly HeldPod[]>) | undefined;

/** Makes {@link PodOwners} that know nobody yet. */
export function createPodOwners(list: List, clock: Clock): PodOwners {
  const owners = new Map<string, PodOwner>();
  const endedAt = new Map<string, number>();
  /** Held by the plugin, which does not say for which node. */
  const ownerless = new Set<string>();
  const flights = createSingleFlight<boolean>();
  let listedAt: number | undefined;
  let canList = list !== undefined;

  function learn(pods: readonly HeldPod[]): void {
    for (const { uid, node, cluster } of pods) {
      if (node === undefined || node === '') {
        if (!owners.has(uid)) ownerless.add(uid);
      } else owners.set(uid, { node, ...(cluster === undefined ? {} : { cluster }) });
    }
  }

  async function ask(call: CallOptions): Promise<boolean> {
    const started = clock.monotonic();
    try {
      learn((await list?.(call)) ?? []);
      listedAt = started;
      return true;
    } catch (error) {
      if (!isInterLinkError(error) || error.code !== 'ILK_UNSUPPORTED') throw error;
      return false;
    }
  }

  async function refresh(call: CallOptions): Promise<void> {
    if (listedAt !== undefined && clock.monotonic() - listedAt < quietMilliseconds) return;
    const { signal, ...rest } = call;
    canList = list !== undefined && (await flights.run('list', (own) => ask({ ...rest, signal: own }), signal));
  }

  function found(uid: string): FoundOwner {
    return owners.get(uid) ?? (canList && !ownerless.has(uid) ? 'nobody' : 'unknown');
  }

  return {
    peek: (uid) => owners.get(uid),
    async find(uids, call) {
      if (uids.some((uid) => !owners.has(uid) && !ownerless.has(uid))) await refresh(call);
      return found;
    },
    async load(call) {
      if (listedAt === undefined && canList) await refresh(call);
    },
    claim(uid, owner) {
      forgetLongEnded(owners, endedAt, clock.monotonic());
      endedAt.delete(uid);
      owners.set(uid, owner);
    },
    release: (uid) => void owners.delete(uid),
    end(uid) {
      endedAt.delete(uid);
      endedAt.set(uid, clock.monotonic());
    },
    learn,
  };
}

/** The map of ends has the oldest first. */
function forgetLongEnded(owners: Map<string, PodOwner>, endedAt: Map<string, number>, now: number): void {
  for (const [uid, at] of endedAt) {
    if (now - at < keepEndedMilliseconds) return;
    endedAt.delete(uid);
    owners.delete(uid);
  }
}
