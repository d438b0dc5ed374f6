import type { Container, ContainerStatus, Pod, PodStatus } from '@interlink/spec';

/** The status of a pod of which there is no record: gone, and its containers wait. */
export function mapUnknownPod(pod: Pod, since: string): PodStatus {
  const waiting = (container: Container): ContainerStatus => ({
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason: 'NotFound', message: 'the backend has no job of this pod' } },
  });
  return {
    name: pod.metadata?.name ?? '',
    namespace: pod.metadata?.namespace ?? '',
    UID: pod.metadata?.uid ?? '',
    containers: (pod.spec?.containers ?? []).map(waiting),
    initContainers: (pod.spec?.initContainers ?? []).map(waiting),
    interlink: {
      state: 'gone',
      since,
      reason: 'NotFound',
      message: 'the backend has no job and no record of this pod',
    },
  };
}
