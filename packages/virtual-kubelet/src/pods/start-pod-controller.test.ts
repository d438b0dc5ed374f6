import { createEventRecorder, type KubeClient } from '@interlink/kube';
import { createMetrics, silentLogger, systemClock } from '@interlink/runtime';
import { NotFoundError, type Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { buildPod } from '../../test/pods/build-pod.ts';
import { createFakeInterLink } from '../../test/pods/fake-inter-link.ts';
import { startPodController } from './start-pod-controller.ts';

/** An API server that has one pod in its list, knows it no more when it is written, and says so in the watch only when told to. */
function createLateServer(pod: Pod) {
  const refused: string[] = [];
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const answer = (method: string, path: string): unknown => {
    if (method === 'GET') return { items: path === '/api/v1/pods' ? [pod] : [], metadata: { resourceVersion: '1' } };
    if (method === 'POST') return {};
    // The mark that a create is about to be tried; the pod vanishes after it.
    if (method === 'PATCH' && !path.endsWith('/status')) return pod;
    refused.push(`${method} ${path}`);
    throw new NotFoundError('pods "demo" not found', { details: { status: 404 } });
  };
  async function* watch(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    await told;
    yield Buffer.from(`${JSON.stringify({ type: 'DELETED', object: pod })}\n`);
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  }
  const client: KubeClient = {
    server: 'https://late',
    request: async <T>({ method, path }: { method: string; path: string }) => (await answer(method, path)) as T,
    stream: ({ signal }) => Promise.resolve(watch(signal)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { client, refused, tell };
}

describe('a pod that vanishes while its job is being made', () => {
  it('takes the job along, also when the watch tells it only after the job id could not be written', async () => {
    const pod = buildPod({ uid: 'uid-1' });
    const server = createLateServer(pod);
    const fake = createFakeInterLink();
    const controller = await startPodController({
      client: server.client,
      api: fake,
      nodeName: 'lab',
      clusterId: 'cluster-1',
      config: {},
      events: createEventRecorder({ client: server.client, component: 'test', logger: silentLogger }),
      metrics: createMetrics(),
      clock: systemClock,
      logger: silentLogger,
      signal: new AbortController().signal,
      podIp: '10.0.0.1',
      features: fake.features,
    });
    await eventually(() => server.refused.length > 0);
    await eventually(() => fake.jobs.size === 1);
    server.tell();
    await eventually(() => fake.deletes.length > 0, Boolean, 10);
    expect(fake.jobs.size).toBe(0);
    await controller.stop();
  });
});
