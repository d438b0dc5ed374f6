import type { Pod } from '@interlink/spec';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { PodSettings } from '../../src/pods/pod-settings.ts';
import type { PodController } from '../../src/pods/start-pod-controller.ts';
import { eventually } from '../eventually.ts';
import { createFakeInterLink, type FakeInterLink, type FakeOptions } from './fake-inter-link.ts';
import { startPodLab, type PodLab, type PodLabOptions, type StartOptions } from './pod-lab.ts';

/** A backend that announces that it pushes and lists. */
export const pushing: FakeOptions = { features: ['events', 'list'] };

/** The end of a container. */
export const ended = (exitCode: number) => ({ terminated: { exitCode, finishedAt: new Date().toISOString() } });

/** The UID of a pod. */
export const uidOf = (pod: Pod | undefined): string => pod?.metadata?.uid ?? '';

/** The first container's status. */
export const container = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0];

/** Words for tests of the pod controller: one control plane for the file, one namespace for each test. */
export function usePodLab(options: PodLabOptions = {}) {
  let lab: PodLab;
  let namespace = '';
  let controllers: PodController[] = [];

  beforeAll(async () => {
    lab = await startPodLab(options);
  }, 900_000);
  afterAll(() => lab[Symbol.asyncDispose]());
  beforeEach(async () => {
    namespace = await lab.namespace();
  });
  afterEach(async () => {
    await Promise.all(controllers.map((controller) => controller.stop()));
    controllers = [];
    const path = `/api/v1/namespaces/${namespace}/pods`;
    await lab.client.request({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } });
  });

  async function start(api: FakeInterLink, config?: PodSettings, options?: StartOptions): Promise<PodController> {
    const controller = await lab.start(api, config, options);
    controllers.push(controller);
    return controller;
  }
  const read = (name = 'demo') => lab.pod(namespace, name);

  return {
    start,
    read,
    /** Starts a controller with a new backend. */
    backend: async (options: FakeOptions = {}, config?: PodSettings): Promise<FakeInterLink> => {
      const fake = createFakeInterLink(options);
      await start(fake, config);
      return fake;
    },
    create: (name = 'demo', spec?: Parameters<PodLab['createPod']>[2]) => lab.createPod(namespace, name, spec),
    deletePod: (options?: { force?: boolean }) => lab.deletePod(namespace, 'demo', options),
    phase: (name: string, wanted: string) =>
      eventually(
        () => read(name),
        (pod) => pod?.status?.phase === wanted,
      ),
    isGone: () =>
      eventually(
        () => read(),
        (pod) => pod === undefined,
      ),
    told: (part: string, name = 'demo') =>
      eventually(
        () => lab.events(namespace, name),
        (events) => events.some((event) => event.includes(part)),
      ),
    createConfigMap: (name: string) =>
      lab.client.request({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/configmaps`,
        body: { metadata: { name }, data: { a: 'alpha' } },
      }),
    createSecret: (name: string) =>
      lab.client.request({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/secrets`,
        body: { metadata: { name }, type: 'Opaque', stringData: { key: name } },
      }),
    countIn: async (wanted: string): Promise<number> => {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      const list = await lab.client.request<{ items: Pod[] }>({ method: 'GET', path });
      return list.items.filter((pod) => pod.status?.phase === wanted).length;
    },
    namespace: () => namespace,
    client: () => lab.client,
  };
}
