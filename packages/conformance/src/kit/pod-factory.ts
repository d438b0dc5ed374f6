import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { annotations, type Container, type Pod, type RetrievedContainer, type RetrievedPodData } from '@interlink/spec';

/** What the pods of the kit are made of. */
export interface PodSettings {
  /** Must hold `/bin/sh`, `sleep` and `cat`. Default `busybox`. */
  readonly image: string;
  /** In front of each script. Default `/bin/sh -c`. */
  readonly shell: readonly string[];
  /** Default `default`. */
  readonly namespace: string;
  /** For every pod, e.g. a partition of the scheduler. Default none. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of annotations that the plugin reads, for the checks of injection. Default none. */
  readonly readAnnotations: readonly string[];
  /**
   * Where the checks of injection look for files that nothing may have made. They see most where this directory is also one of the
   * machines of the backend. Default: the directory for temporary files.
   */
  readonly canaryDirectory: string;
}

/** The settings where nothing else is said. */
export const defaultPodSettings: PodSettings = {
  image: 'busybox',
  shell: ['/bin/sh', '-c'],
  namespace: 'default',
  annotations: {},
  readAnnotations: [],
  canaryDirectory: tmpdir(),
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
  /** What else its container has, in place of what the kit would give it. */
  readonly fields?: Partial<Container>;
}

/** The objects that come with a pod. */
export type PodObjects = Partial<Pick<RetrievedContainer, 'configMaps' | 'secrets' | 'projectedvolumemaps'>>;

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
  /** A pod of several containers. `spec`: what else it has. */
  of(containers: readonly TestContainer[], init?: readonly TestContainer[], spec?: Partial<TestPod['spec']>): TestPod;
  /** Remembers a pod that was made otherwise, so that it is deleted too. */
  adopt(pod: TestPod): void;
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
      ...given.fields,
    };
  }

  function of(
    containers: readonly TestContainer[],
    init: readonly TestContainer[] = [],
    spec: Partial<TestPod['spec']> = {},
  ): TestPod {
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
        ...spec,
      },
      status: { phase: 'Pending' },
    };
    made.push(pod);
    return pod;
  }

  return {
    made,
    of,
    adopt: (pod) => void made.push(pod),
    running: (script, env) => of([env === undefined ? { script } : { script, env }]),
  };
}

/** The create request of hop B: every container gets all objects. */
export function podData(pod: TestPod, objects: PodObjects = {}): RetrievedPodData {
  const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name);
  return {
    pod,
    container: names.map((name) => ({
      name,
      configMaps: null,
      projectedvolumemaps: null,
      secrets: null,
      emptyDirs: null,
      ...objects,
    })),
  };
}
