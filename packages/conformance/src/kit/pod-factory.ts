import { randomUUID } from 'node:crypto';
import { annotations, type Container, type Pod, type RetrievedPodData } from '@interlink/spec';

/** What the pods of the kit are made of. */
export interface PodSettings {
  /** Must hold `/bin/sh` and `sleep`. Default `busybox`. */
  readonly image: string;
  /** In front of each script. Default `/bin/sh -c`. */
  readonly shell: readonly string[];
  /** Default `default`. */
  readonly namespace: string;
  /** For every pod, e.g. a partition of the scheduler. Default none. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The settings where nothing else is said. */
export const defaultPodSettings: PodSettings = {
  image: 'busybox',
  shell: ['/bin/sh', '-c'],
  namespace: 'default',
  annotations: {},
};

/** The node and cluster that the pods of the kit say they belong to. */
export const testNode = 'conformance-node';
export const testCluster = 'conformance-cluster';

/** A container of a test pod. */
export interface TestContainer {
  readonly name?: string;
  /** What the shell runs. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A pod as a plugin gets it. */
export interface TestPod extends Pod {
  readonly metadata: NonNullable<Pod['metadata']> & {
    readonly uid: string;
    readonly name: string;
    readonly namespace: string;
  };
  readonly spec: NonNullable<Pod['spec']>;
}

/** Makes pods with UIDs of their own. */
export interface PodFactory {
  /** A pod of one container, `main`, that runs the script. */
  running(script: string, env?: TestContainer['env']): TestPod;
  /** A pod of several containers. */
  of(containers: readonly TestContainer[], init?: readonly TestContainer[]): TestPod;
  /** Every pod made so far. */
  readonly made: readonly TestPod[];
}

/** Makes a {@link PodFactory}. */
export function createPodFactory(settings: PodSettings): PodFactory {
  const made: TestPod[] = [];

  function container(given: TestContainer, index: number, fallback: string): Container {
    const env = Object.entries(given.env ?? {}).map(([name, value]) => ({ name, value }));
    return {
      name: given.name ?? (index === 0 ? fallback : `${fallback}-${index}`),
      image: settings.image,
      command: [...settings.shell, given.script],
      ...(env.length === 0 ? {} : { env }),
      resources: {},
    };
  }

  function of(containers: readonly TestContainer[], init: readonly TestContainer[] = []): TestPod {
    const uid = randomUUID();
    const initContainers = init.map((given, index) => container(given, index, 'init'));
    const pod: TestPod = {
      metadata: {
        name: `conformance-${uid.slice(0, 8)}`,
        namespace: settings.namespace,
        uid,
        annotations: { ...settings.annotations, [annotations.clusterId]: testCluster },
      },
      spec: {
        containers: containers.map((given, index) => container(given, index, 'main')),
        ...(initContainers.length === 0 ? {} : { initContainers }),
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 2,
        nodeName: testNode,
      },
      status: { phase: 'Pending' },
    };
    made.push(pod);
    return pod;
  }

  return { made, of, running: (script, env) => of([env === undefined ? { script } : { script, env }]) };
}

/** The create request of hop B for a pod without volumes. */
export function podData(pod: TestPod): RetrievedPodData {
  const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name);
  return {
    pod,
    container: names.map((name) => ({
      name,
      configMaps: null,
      projectedvolumemaps: null,
      secrets: null,
      emptyDirs: null,
    })),
  };
}
