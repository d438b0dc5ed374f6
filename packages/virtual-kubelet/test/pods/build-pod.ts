import { annotations, type Container, type Pod, type PodSpec, type PodStatusV1 } from '@interlink/spec';

/** Parts of a test pod that differ from the default one. */
export interface PodParts {
  readonly name?: string;
  readonly uid?: string;
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly generation?: number;
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatusV1;
}

/** A pod bound to the node `lab` with one container `main`. */
export function buildPod(parts: PodParts = {}): Pod {
  const { name = 'demo', uid = '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11', spec } = parts;
  return {
    metadata: {
      name,
      namespace: 'default',
      uid,
      ...(parts.generation === undefined ? {} : { generation: parts.generation }),
      ...(parts.labels ? { labels: parts.labels } : {}),
      ...(parts.annotations ? { annotations: parts.annotations } : {}),
    },
    spec: {
      nodeName: 'lab',
      restartPolicy: 'Never',
      serviceAccountName: 'robot',
      containers: [container('main')],
      ...spec,
    },
    ...(parts.status ? { status: parts.status } : {}),
  };
}

/** A container with an image. */
export function container(name: string, parts: Partial<Container> = {}): Container {
  return { name, image: `example/${name}`, ...parts };
}

/** Marks a pod as taken by the backend. */
export const withJob = { [annotations.jobId]: 'job-1' };
