import type { Plugin, Pod, PodStatus } from '@interlink/spec';
import type { CheckContext, PluginFacts } from './check.ts';
import { poll } from './deadline.ts';
import { ensure, ensureEqual, show } from './expect.ts';
import { createPodFactory, podData, type PodSettings } from './pod-factory.ts';
import { hasEnded, isGone } from './pod-state.ts';
import { createSendRaw } from './raw-request.ts';
import type { World } from './world.ts';

/** What a context is made of. */
export interface ContextOptions {
  readonly facts: PluginFacts;
  readonly settings: PodSettings;
  /** How long the backend may take for one step of a pod's life, in seconds. */
  readonly settleSeconds: number;
  readonly signal: AbortSignal;
}

/** The context of one check in a world. */
export function createContext(world: World, options: ContextOptions): CheckContext {
  const { facts, settleSeconds, signal } = options;
  const pods = createPodFactory(options.settings);
  let current: Pick<World, 'plugin' | 'raw'> = world;

  async function lookAt(pod: Pod): Promise<PodStatus | undefined> {
    const statuses = await current.plugin.status([pod], { signal });
    return statuses.find((status) => status.UID === pod.metadata?.uid);
  }

  async function waitFor(pod: Pod, wanted: string, test: (status: PodStatus) => boolean): Promise<PodStatus> {
    let last: PodStatus | undefined;
    const look = async (): Promise<PodStatus | undefined> => {
      last = await lookAt(pod);
      return last !== undefined && test(last) ? last : undefined;
    };
    const found = await poll(look, { seconds: settleSeconds, signal });
    ensure(found !== undefined, `the pod is not ${wanted} after ${settleSeconds} s; the last status is ${show(last)}`);
    return found;
  }

  async function waitUntilGone(pod: Pod): Promise<void> {
    if (!facts.isForeign) {
      await waitFor(pod, 'gone', isGone);
      return;
    }
    const look = async (): Promise<true | undefined> => {
      const status = await lookAt(pod);
      return status === undefined || isGone(status) || hasEnded(status) ? true : undefined;
    };
    const found = await poll(look, { seconds: settleSeconds, signal });
    ensure(found === true, `the pod still has running containers ${settleSeconds} s after it was deleted`);
  }

  const restart = world.restart?.bind(world);
  return {
    get plugin(): Plugin {
      return current.plugin;
    },
    get send() {
      return current.raw === undefined ? undefined : createSendRaw(current.raw);
    },
    restart: restart === undefined ? undefined : async () => void (current = await restart()),
    facts,
    pods,
    signal,
    settings: options.settings,
    async create(pod, objects) {
      const created = await current.plugin.create(podData(pod, objects), { signal });
      ensureEqual(created.PodUID, pod.metadata.uid, 'PodUID of the answer');
      ensure(created.PodJID !== '', 'PodJID of the answer is empty');
      return created.PodJID;
    },
    async statusOf(pod) {
      const status = await lookAt(pod);
      ensure(status !== undefined, 'the plugin says nothing of the pod');
      return status;
    },
    waitFor,
    waitForEnd: (pod) => waitFor(pod, 'ended', hasEnded),
    waitUntilGone,
  };
}
