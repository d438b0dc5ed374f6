import type { LogStruct, Pod, RetrievedPodData } from '@interlink/spec';

/** A valid UID whose last digits are the number. */
export function sampleUid(number = 1): string {
  return `0b7c1c2e-7a0b-4c58-9d0b-${String(number).padStart(12, '0')}`;
}

/** A small pod, as the typed Go client encodes one. */
export function samplePod(number = 1): Pod {
  return {
    metadata: { name: `demo-${number}`, namespace: 'default', uid: sampleUid(number) },
    spec: { containers: [{ name: 'main', image: 'busybox:1.36', command: ['true'] }] },
  };
}

/** A create of hop B for {@link samplePod}. */
export function sampleData(number = 1): RetrievedPodData {
  return { pod: samplePod(number), container: [{ name: 'main' }] };
}

/** A log request for {@link samplePod}. */
export function sampleLog(number = 1, options: LogStruct['Opts'] = {}): LogStruct {
  return {
    Namespace: 'default',
    PodUID: sampleUid(number),
    PodName: `demo-${number}`,
    ContainerName: 'main',
    Opts: options,
  };
}
