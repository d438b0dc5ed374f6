import { createEventRecorder, createKubeClient, hasStatus, type KubeClient } from '@interlink/kube';
import { createLogger, createMetrics, silentLogger, systemClock, type Clock } from '@interlink/runtime';
import type { Pod, PodSpec } from '@interlink/spec';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '@interlink/testbed';
import type { PodSettings } from '../../src/pods/pod-settings.ts';
import { startPodController, type PodController } from '../../src/pods/start-pod-controller.ts';
import { eventually } from '../eventually.ts';
import type { FakeInterLink } from './fake-inter-link.ts';

/** A control plane with a node, for tests of the pod controller. */
export interface PodLab extends AsyncDisposable {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly controlPlane: ControlPlane;
  /** From now on the cluster takes the node for dead. */
  stopHeartbeat(): void;
  /** A new namespace that is ready for pods. */
  namespace(): Promise<string>;
  /** Starts a pod controller of the node. */
  start(api: FakeInterLink, config?: PodSettings, options?: StartOptions): Promise<PodController>;
  createPod(namespace: string, name: string, spec?: Partial<PodSpec>): Promise<Pod>;
  pod(namespace: string, name: string): Promise<Pod | undefined>;
  /** Events of a pod as `type reason: message`. */
  events(namespace: string, name: string): Promise<string[]>;
  /** Deletes a pod as kubectl does; `--force` where asked. */
  deletePod(namespace: string, name: string, options?: { readonly force?: boolean }): Promise<void>;
}

const nodeName = 'lab';
/** It stays alive: a cluster that takes all of its nodes for dead evicts nothing, because it is more likely dead itself. */
const neighbourName = 'neighbour';
const defaultHeartbeatMilliseconds = 10_000;
const logger = process.env['POD_LAB_LOG'] === undefined ? silentLogger : createLogger({ name: 'lab', level: 'debug' });

/** How a controller of the lab starts. */
export interface StartOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** How {@link startPodLab} starts. */
export interface PodLabOptions extends Pick<ControlPlaneOptions, 'extraArguments'> {
  /** Time between two signs of life of the node. Default 10 s. */
  readonly heartbeatMilliseconds?: number;
}

/** Starts a control plane. Controllers that a test does not stop are stopped with it. */
export async function startPodLab(options: PodLabOptions = {}): Promise<PodLab> {
  const { extraArguments, heartbeatMilliseconds = defaultHeartbeatMilliseconds } = options;
  const controlPlane = await startControlPlane({ extraArguments });
  const client = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger });
  const ending = new AbortController();
  const keepAlive = async (name: string): Promise<NodeJS.Timeout> => {
    await registerNode(client, name);
    return setInterval(() => void beat(client, name).catch(() => undefined), heartbeatMilliseconds);
  };
  const heartbeat = await keepAlive(nodeName);
  const neighbour = await keepAlive(neighbourName);
  let namespaces = 0;

  async function read<T>(path: string): Promise<T | undefined> {
    try {
      return await client.request<T>({ method: 'GET', path });
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  return {
    client,
    nodeName,
    controlPlane,
    stopHeartbeat: () => clearInterval(heartbeat),
    async namespace() {
      namespaces += 1;
      const name = `pods-${namespaces}`;
      await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
      await eventually(() => read(`/api/v1/namespaces/${name}/serviceaccounts/default`));
      await eventually(() => read(`/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`));
      return name;
    },
    start: (api, config = {}, { clock = systemClock } = {}) =>
      startPodController({
        client,
        api,
        nodeName,
        clusterId: 'cluster-1',
        config: { statusIntervalSeconds: 0.3, ...config },
        events: createEventRecorder({ client, component: 'test', logger }),
        metrics: createMetrics(),
        clock,
        logger,
        signal: ending.signal,
        podIp: '10.0.0.1',
        features: api.features,
        accepts: api.accepts,
      }),
    createPod: (namespace, name, spec) =>
      client.request<Pod>({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/pods`,
        body: {
          metadata: { name },
          spec: { nodeName, restartPolicy: 'Never', containers: [{ name: 'main', image: 'example/main' }], ...spec },
        },
      }),
    pod: (namespace, name) => read<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`),
    async events(namespace, name) {
      const path = `/api/v1/namespaces/${namespace}/events`;
      const fieldSelector = `involvedObject.name=${name}`;
      const list = await client.request<EventList>({ method: 'GET', path, query: { fieldSelector } });
      return list.items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    },
    async deletePod(namespace, name, { force = false } = {}) {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
      await client.request({ method: 'DELETE', path, ...(force ? { body: { gracePeriodSeconds: 0 } } : {}) });
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      clearInterval(neighbour);
      ending.abort(new Error('the lab ended'));
      await client[Symbol.asyncDispose]();
      await controlPlane[Symbol.asyncDispose]();
    },
  };
}

interface EventList {
  readonly items: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
}

async function registerNode(client: KubeClient, name: string): Promise<void> {
  await client.request({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name } } });
  await beat(client, name);
}

/** Without it the control plane takes the node, and then its pods, for dead. */
async function beat(client: KubeClient, name: string): Promise<void> {
  const now = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'Test', lastHeartbeatTime: now, lastTransitionTime: now };
  const capacity = { cpu: '1000', memory: '1000Gi', pods: '2000' };
  const body = { status: { capacity, allocatable: capacity, conditions: [ready] } };
  await client.request({ method: 'PATCH', path: `/api/v1/nodes/${name}/status`, body });
}
