import type { InterLinkApi, Pod, PodStatus } from '@interlink/spec';

/** An interLink API in this process whose every pod runs at once and until it is deleted. It remembers nothing of a pod that is gone. */
export function createMemoryApi(): InterLinkApi {
  const held = new Map<string, PodStatus>();
  return {
    name: 'memory',
    ping: () => Promise.resolve({ status: 'ok', resources: { cpu: '100000', memory: '1000Ti', pods: '20000' } }),
    create({ pod }) {
      const status = runningStatus(pod);
      held.set(status.UID, status);
      return Promise.resolve({ PodUID: status.UID, PodJID: status.UID });
    },
    status: (pods) =>
      Promise.resolve(
        pods.map(
          ({ metadata }) => held.get(metadata?.uid ?? '') ?? { UID: metadata?.uid ?? '', interlink: { state: 'gone' } },
        ),
      ),
    delete({ metadata }) {
      held.delete(metadata?.uid ?? '');
      return Promise.resolve();
    },
    logs: () => Promise.reject(new Error('no logs')),
    updateCache: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function runningStatus({ metadata, spec }: Pod): PodStatus {
  const { name = '', namespace = '', uid = '' } = metadata ?? {};
  const containers = (spec?.containers ?? []).map((container) => ({
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: new Date().toISOString() } },
  }));
  return { name, namespace, UID: uid, JID: uid, containers, interlink: { state: 'known' } };
}
