import { annotations, type Container, type Pod } from '@interlink/spec';

/**
 * As much of a pod as a peer of ours needs to say its status: with ten thousand pods the rest would be tens of megabytes a question. Foreign
 * peers get the whole pod, because some of them refuse anything less.
 */
export function statusReference(pod: Pod): Pod {
  const { name, namespace, uid, deletionTimestamp, annotations: marks } = pod.metadata ?? {};
  const jobId = marks?.[annotations.jobId];
  const named = (containers: readonly Container[] | undefined): Container[] => (containers ?? []).map(shortContainer);
  const metadata = {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(jobId === undefined ? {} : { annotations: offloadMarks(marks, jobId) }),
  };
  const spec = {
    containers: named(pod.spec?.containers),
    ...(pod.spec?.initContainers ? { initContainers: named(pod.spec.initContainers) } : {}),
    ...(pod.spec?.restartPolicy === undefined ? {} : { restartPolicy: pod.spec.restartPolicy }),
    ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
  };
  const phase = pod.status?.phase;
  return { metadata, spec, ...(phase === undefined ? {} : { status: { phase } }) };
}

function shortContainer({ name, image, restartPolicy }: Container): Container {
  return {
    name,
    ...(image === undefined ? {} : { image }),
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  };
}

function offloadMarks(marks: Readonly<Record<string, string>> = {}, jobId: string): Record<string, string> {
  const { disableOffloadContainers, disableOffloadInitContainers } = annotations;
  const kept = [disableOffloadContainers, disableOffloadInitContainers].filter((key) => marks[key] !== undefined);
  return { [annotations.jobId]: jobId, ...Object.fromEntries(kept.map((key) => [key, marks[key] ?? ''])) };
}
