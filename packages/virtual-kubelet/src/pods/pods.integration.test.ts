import { InvalidInputError, UnavailableError, type Pod } from '@interlink/spec';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PodSettings } from './pod-settings.ts';
import type { PodController } from './start-pod-controller.ts';
import { createFakeInterLink, type FakeInterLink, type FakeOptions } from './testing/fake-inter-link.ts';
import { eventually, startPodLab, type PodLab } from './testing/pod-lab.ts';

let lab: PodLab;
let namespace = '';
let controllers: PodController[] = [];

beforeAll(async () => {
  lab = await startPodLab();
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

async function start(api: FakeInterLink, config?: PodSettings): Promise<PodController> {
  const controller = await lab.start(api, config);
  controllers.push(controller);
  return controller;
}

async function backend(options: FakeOptions = {}, config?: PodSettings): Promise<FakeInterLink> {
  const fake = createFakeInterLink(options);
  await start(fake, config);
  return fake;
}

const pushing: FakeOptions = { features: ['events', 'list'] };
const ended = (exitCode: number) => ({ terminated: { exitCode, finishedAt: new Date().toISOString() } });
const read = (name = 'demo') => lab.pod(namespace, name);
const uidOf = (pod: Pod | undefined): string => pod?.metadata?.uid ?? '';
const phase = (name: string, wanted: string) =>
  eventually(
    () => read(name),
    (pod) => pod?.status?.phase === wanted,
  );
const isGone = (name = 'demo') =>
  eventually(
    () => read(name),
    (pod) => pod === undefined,
  );
const told = (part: string, name = 'demo') =>
  eventually(
    () => lab.events(namespace, name),
    (events) => events.some((event) => event.includes(part)),
  );
const create = (name = 'demo', spec?: Parameters<PodLab['createPod']>[2]) => lab.createPod(namespace, name, spec);
const createConfigMap = (name: string) =>
  lab.client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    body: { metadata: { name }, data: { a: 'alpha' } },
  });
const container = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0];

describe('a pod', () => {
  it.each([
    ['pushes', pushing],
    ['is asked', {}],
    ['is foreign', { ours: false }],
  ] as const)('runs and succeeds when the backend %s', async (_, options) => {
    const fake = await backend(options);
    const pod = await create();
    const running = await phase('demo', 'Running');
    expect(running?.metadata?.annotations?.['JobID']).toBe('job-1');
    expect(running?.status).toMatchObject({ hostIP: '10.0.0.1', podIP: '10.0.0.1', qosClass: 'BestEffort' });
    await told('Normal JobSubmitted: the backend took the pod as job job-1');
    fake.set(uidOf(pod), ended(0));
    const succeeded = await phase('demo', 'Succeeded');
    expect(container(succeeded)?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(fake.creates).toEqual([uidOf(pod)]);
  });

  it('is sent with what it needs', async () => {
    await createConfigMap('cfg');
    const fake = await backend();
    const pod = await create('demo', {
      volumes: [{ name: 'cfg', configMap: { name: 'cfg' } }],
      containers: [
        {
          name: 'main',
          image: 'example/main',
          env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cfg', key: 'a' } } }],
        },
      ],
    });
    await phase('demo', 'Running');
    const { request } = fake.jobs.get(uidOf(pod)) ?? {};
    expect(request?.pod.metadata?.annotations?.['interlink.eu/cluster-id']).toBe('cluster-1');
    expect(request?.configmaps?.map(({ data }) => data)).toEqual([{ a: 'alpha' }]);
    const env = new Map(request?.pod.spec?.containers[0]?.env?.map(({ name, value }) => [name, value]));
    expect(env.get('A')).toBe('alpha');
    expect(env.get('KUBERNETES_SERVICE_PORT')).toBe('443');
    const [access] = request?.projectedvolumesmaps ?? [];
    expect(access?.data).toMatchObject({ namespace });
    expect(access?.data?.['ca.crt']).toContain('BEGIN CERTIFICATE');
    const claims = JSON.parse(Buffer.from(access?.data?.['token']?.split('.')[1] ?? '', 'base64url').toString()) as {
      'kubernetes.io': { pod: { uid: string } };
    };
    expect(claims['kubernetes.io'].pod.uid).toBe(uidOf(pod));
  });

  it('waits while the backend is away, says so, and is created once it is back', async () => {
    const fake = createFakeInterLink();
    fake.createErrors.push(...Array.from({ length: 3 }, () => new UnavailableError('the connection was refused')));
    await start(fake);
    await create();
    const waiting = await eventually(read, (pod) => container(pod)?.state?.waiting?.reason === 'ProviderUnavailable');
    expect(waiting?.status?.phase).toBe('Pending');
    expect(container(waiting)?.state?.waiting?.message).toContain('the connection was refused');
    await phase('demo', 'Running');
    expect(fake.creates).toHaveLength(4);
    await told('Warning ProviderUnavailable');
  });

  it('fails with the words of a backend that refuses it', async () => {
    const fake = createFakeInterLink();
    fake.createErrors.push(new InvalidInputError('spec.containers[0].image: no such image'));
    await start(fake);
    await create();
    const failed = await phase('demo', 'Failed');
    expect(failed?.status).toMatchObject({
      reason: 'ProviderFailed',
      message: 'spec.containers[0].image: no such image',
    });
    expect(container(failed)?.state?.terminated).toMatchObject({ exitCode: 1, reason: 'ProviderFailed' });
    await told('Warning ProviderFailed: spec.containers[0].image: no such image');
    expect(fake.creates).toHaveLength(1);
  });

  it('waits for a ConfigMap that comes later', async () => {
    const fake = await backend();
    const pod = await create('volume', { volumes: [{ name: 'cfg', configMap: { name: 'late' } }] });
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'late', key: 'a' } } }];
    await create('variable', { containers: [{ name: 'main', image: 'example/main', env }] });
    await told('Warning FailedMount: MountVolume.SetUp failed for volume "cfg" : configmap "late" not found', 'volume');
    const waiting = await eventually(
      () => read('variable'),
      (found) => container(found)?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(container(waiting)?.state?.waiting?.message).toBe('configmap "late" not found');
    expect(container(await read('volume'))?.state?.waiting?.reason).toBe('ContainerCreating');
    expect(fake.creates).toEqual([]);
    await createConfigMap('late');
    await phase('volume', 'Running');
    await phase('variable', 'Running');
    expect(fake.jobs.get(uidOf(pod))?.request.configmaps?.[0]?.data).toEqual({ a: 'alpha' });
  });

  it.each([
    ['leaves it out', () => []],
    ['answers null containers', (pods: readonly Pod[]) => pods.map((pod) => ({ UID: uidOf(pod), containers: null }))],
    ['answers for other pods', () => [{ UID: 'other', containers: [] }]],
  ])('stays as it is when a foreign backend %s', async (_, answer) => {
    const fake = await backend({ ours: false });
    const pod = await create();
    const before = await phase('demo', 'Running');
    fake.statusAnswer = answer;
    const asked = fake.questions.length;
    await eventually(() => Promise.resolve(fake.questions.length > asked + 3));
    expect(await read()).toEqual(before);
    fake.statusAnswer = undefined;
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
  });
});

describe('the end of a pod', () => {
  it.each([
    ['pushes', pushing],
    ['is asked', {}],
  ] as const)('waits until the job is gone when the backend %s', async (_, options) => {
    const fake = await backend(options);
    fake.endsAtOnce = false;
    const pod = await create();
    await phase('demo', 'Running');
    await lab.deletePod(namespace, 'demo');
    await eventually(() => Promise.resolve(fake.deletes.length > 0));
    fake.set(uidOf(pod), ended(143));
    await eventually(read, (found) => container(found)?.state?.terminated?.exitCode === 143);
    expect((await read())?.metadata?.deletionTimestamp).toBeDefined();
    fake.end(uidOf(pod));
    await isGone();
    expect(fake.deletes).toEqual([uidOf(pod)]);
  });

  it('is confirmed by the answer of a foreign backend', async () => {
    const fake = await backend({ ours: false });
    await create();
    await phase('demo', 'Running');
    await lab.deletePod(namespace, 'demo');
    await isGone();
    expect(fake.deletes).toHaveLength(1);
  });

  it('is asked for until the backend accepts', async () => {
    const fake = await backend();
    await create();
    await phase('demo', 'Running');
    fake.deleteErrors.push(...Array.from({ length: 3 }, () => new UnavailableError('the connection was refused')));
    await lab.deletePod(namespace, 'demo');
    await told('Warning FailedKillPod');
    expect(await read()).toBeDefined();
    await isGone();
    expect(fake.deletes).toHaveLength(4);
    expect(fake.jobs.size).toBe(0);
  });

  it('needs no backend for a pod that was never sent', async () => {
    const fake = await backend();
    await create('demo', { volumes: [{ name: 'cfg', configMap: { name: 'never' } }] });
    await told('Warning FailedMount');
    await lab.deletePod(namespace, 'demo');
    await isGone();
    expect(fake.deletes).toEqual([]);
  });

  it('follows a pod that was deleted by force', async () => {
    const fake = await backend();
    await create();
    await phase('demo', 'Running');
    fake.deleteErrors.push(new UnavailableError('the connection was refused'));
    await lab.deletePod(namespace, 'demo', { force: true });
    await eventually(() => Promise.resolve(fake.jobs.size === 0));
    expect(fake.deletes).toHaveLength(2);
  });

  it('reaches the backend for a pod that had succeeded', async () => {
    const fake = await backend();
    const pod = await create();
    await phase('demo', 'Running');
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
    await lab.deletePod(namespace, 'demo');
    await isGone();
    await eventually(() => Promise.resolve(fake.jobs.size === 0));
  });

  it('is loud when the backend never confirms', async () => {
    const fake = await backend({}, { abandonDeletionAfterSeconds: 1 });
    fake.endsAtOnce = false;
    await create('demo', { terminationGracePeriodSeconds: 1 });
    await phase('demo', 'Running');
    await lab.deletePod(namespace, 'demo');
    await isGone();
    await told('Warning JobAbandoned');
  });

  it('puts an end to a create that is under way', async () => {
    const fake = createFakeInterLink();
    let reached = false;
    const take = fake.create.bind(fake);
    fake.create = (request, options) => {
      if (reached) return take(request, options);
      reached = true;
      return new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    await start(fake);
    const pod = await create();
    await eventually(() => Promise.resolve(reached));
    await lab.deletePod(namespace, 'demo');
    await isGone();
    expect(fake.deletes).toEqual([uidOf(pod)]);
  });
});

describe('a restart', () => {
  it('adopts what runs and creates nothing twice', async () => {
    const fake = createFakeInterLink();
    const first = await start(fake);
    const pod = await create();
    await phase('demo', 'Running');
    await first.stop();
    fake.set(uidOf(pod), ended(0));
    await start(fake);
    await phase('demo', 'Succeeded');
    expect(fake.creates).toHaveLength(1);
  });

  it('creates again where the answer was lost, and ends with one job', async () => {
    const fake = createFakeInterLink();
    const take = fake.create.bind(fake);
    fake.create = async (request, options) => {
      await take(request, options);
      throw new UnavailableError('the connection was reset');
    };
    const first = await start(fake);
    const pod = await create();
    await eventually(() => Promise.resolve(fake.jobs.size === 1));
    await first.stop();
    fake.create = take;
    await start(fake);
    await phase('demo', 'Running');
    expect([...fake.jobs.keys()]).toEqual([uidOf(pod)]);
    expect((await read())?.metadata?.annotations?.['JobID']).toBe('job-1');
  });

  it('asks a foreign backend before it creates again', async () => {
    const fake = createFakeInterLink({ ours: false });
    const take = fake.create.bind(fake);
    fake.create = async (request, options) => {
      await take(request, options);
      throw new UnavailableError('the connection was reset');
    };
    await start(fake);
    await create();
    const running = await phase('demo', 'Running');
    expect(running?.metadata?.annotations?.['JobID']).toBe('job-1');
    expect(fake.creates).toHaveLength(1);
  });

  it('deletes the job of a pod that was deleted meanwhile', async () => {
    const fake = createFakeInterLink({ features: ['list'] });
    const first = await start(fake);
    await create();
    await phase('demo', 'Running');
    await first.stop();
    await lab.deletePod(namespace, 'demo', { force: true });
    await isGone();
    const other = { metadata: { name: 'other', namespace, uid: 'other' }, spec: { nodeName: 'lab', containers: [] } };
    await fake.create({ pod: other });
    await start(fake, { orphanAfterSeconds: 1, sweepIntervalSeconds: 1 });
    await eventually(() => Promise.resolve(fake.jobs.size === 1));
    expect([...fake.jobs.keys()]).toEqual(['other']);
  });

  it('ends what was being deleted', async () => {
    const fake = createFakeInterLink();
    const first = await start(fake);
    await create();
    await phase('demo', 'Running');
    await first.stop();
    await lab.deletePod(namespace, 'demo');
    await start(fake);
    await isGone();
    expect(fake.jobs.size).toBe(0);
  });
});

describe('many pods', () => {
  it('all run and all end, with one status question at a time for all of them', async () => {
    const fake = await backend();
    const names = Array.from({ length: 200 }, (_, index) => `pod-${index}`);
    await Promise.all(names.map((name) => create(name)));
    const count = async (wanted: string): Promise<number> => {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      const list = await lab.client.request<{ items: Pod[] }>({ method: 'GET', path });
      return list.items.filter((pod) => pod.status?.phase === wanted).length;
    };
    await eventually(
      () => count('Running'),
      (running) => running === 200,
    );
    expect(fake.creates).toHaveLength(200);
    expect(Math.max(...fake.questions)).toBeGreaterThan(100);
    for (const uid of fake.jobs.keys()) fake.set(uid, ended(0));
    await eventually(
      () => count('Succeeded'),
      (succeeded) => succeeded === 200,
    );
    const asked = fake.questions.length;
    await eventually(() => Promise.resolve(fake.questions.length <= asked + 1));
  });
});

describe('the directory', () => {
  it('has the pods of the node, without asking', async () => {
    const controller = await start(createFakeInterLink());
    const pod = await create();
    await eventually(() => Promise.resolve(controller.pods.get(namespace, 'demo') !== undefined));
    expect(uidOf(controller.pods.get(namespace, 'demo'))).toBe(uidOf(pod));
    expect(controller.pods.list().map(uidOf)).toContain(uidOf(pod));
  });
});
