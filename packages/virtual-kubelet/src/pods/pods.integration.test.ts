import { InvalidInputError, UnavailableError, type Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createFakeInterLink } from '../../test/pods/fake-inter-link.ts';
import { container, ended, pushing, uidOf, usePodLab } from '../../test/pods/use-pod-lab.ts';

/** The machine may have other things to do. */
const manySeconds = 180;
const {
  backend,
  client,
  countIn,
  create,
  createConfigMap,
  createSecret,
  deletePod,
  namespace,
  phase,
  read,
  start,
  told,
} = usePodLab();

/** An admission policy that refuses every change of a pod of the test's namespace, as such policies do where they name no reason of their own. */
async function forbidChanges(): Promise<void> {
  const base = '/apis/admissionregistration.k8s.io/v1';
  const [apiGroups, apiVersions, operations, resources] = [[''], ['v1'], ['UPDATE'], ['pods']];
  const rule = { apiGroups, apiVersions, operations, resources };
  const metadata = { name: `no-changes-${namespace()}` };
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: 'false', message: 'pods stay as they are' }],
  };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace() } };
  const binding = { policyName: metadata.name, validationActions: ['Deny'], matchResources: { namespaceSelector } };
  const path = `${base}/validatingadmissionpolicies`;
  await client().request({ method: 'POST', path, body: { metadata, spec } });
  await client().request({
    method: 'POST',
    path: `${path.slice(0, -'ies'.length)}ybindings`,
    body: { metadata, spec: binding },
  });
  const { metadata: probe } = await create('probe', { nodeName: 'neighbour' });
  const patch = { method: 'PATCH', path: `/api/v1/namespaces/${namespace()}/pods/${probe?.name ?? ''}` } as const;
  const isRefused = async (): Promise<boolean> => {
    try {
      await client().request({ ...patch, body: { metadata: { labels: { at: String(Date.now()) } } } });
      return false;
    } catch (error) {
      return String(error).includes('pods stay as they are');
    }
  };
  await eventually(isRefused);
}

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
    await told('Normal Started: Container main started');
    fake.set(uidOf(pod), ended(0));
    const succeeded = await phase('demo', 'Succeeded');
    expect(container(succeeded)?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(fake.creates).toEqual([uidOf(pod)]);
  });

  it('shows its end although other pods wait for a slow backend', async () => {
    const fake = await backend(pushing, { workers: 1 });
    const take = fake.create.bind(fake);
    fake.create = async (...call) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return await take(...call);
    };
    const pod = await create();
    await phase('demo', 'Running');
    const waiting = Array.from({ length: 8 }, (_, index) => `waits-${index}`);
    await Promise.all(waiting.map((name) => create(name)));
    await eventually(() => fake.creates.length > 1);
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
    expect(fake.creates.length).toBeLessThan(1 + waiting.length);
    await Promise.all(waiting.map((name) => phase(name, 'Running')));
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
    expect(access?.data).toMatchObject({ namespace: namespace() });
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
    const waiting = await eventually(
      () => read(),
      (pod) => container(pod)?.state?.waiting?.reason === 'ProviderUnavailable',
    );
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

  it('runs also where a policy of the cluster lets nobody change pods', async () => {
    const fake = await backend(pushing);
    await forbidChanges();
    const pod = await create();
    await phase('demo', 'Running');
    expect(fake.creates).toEqual([uidOf(pod)]);
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

  it('sends its image pull secrets to a backend that uses them, and goes without those that are not there', async () => {
    const fake = await backend({ accepts: ['imagePullSecrets'] });
    await createSecret('first');
    const pod = await create('demo', { imagePullSecrets: [{ name: 'first' }, { name: 'absent' }] });
    await phase('demo', 'Running');
    const { interlink, secrets } = fake.jobs.get(uidOf(pod))?.request ?? {};
    expect(interlink?.imagePullSecrets?.map(({ metadata, data }) => [metadata?.name, data])).toEqual([
      ['first', { key: Buffer.from('first').toString('base64') }],
    ]);
    expect(secrets).toEqual([]);
    await told('Warning FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (absent)');
  });

  it('keeps its image pull secrets from a backend that does not know what to do with them', async () => {
    const fake = await backend();
    await createSecret('first');
    const pod = await create('demo', { imagePullSecrets: [{ name: 'first' }] });
    await phase('demo', 'Running');
    expect(fake.jobs.get(uidOf(pod))?.request).not.toHaveProperty('interlink');
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
    await eventually(() => fake.questions.length > asked + 3);
    expect(await read()).toEqual(before);
    fake.statusAnswer = undefined;
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
  });
});

describe('a backend', () => {
  it('that ends its stream of events is asked instead', async () => {
    const fake = createFakeInterLink(pushing);
    const broken = new UnavailableError('the stream was cut');
    fake.watch = () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }) });
    await start(fake);
    const pod = await create();
    await phase('demo', 'Running');
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
  });

  it('that lost a job is believed only after a while, and then the pod fails', async () => {
    const fake = await backend(pushing, { lostAfterSeconds: 2, pushedStatusIntervalSeconds: 0.3 });
    const pod = await create();
    await phase('demo', 'Running');
    fake.end(uidOf(pod));
    const remoteState = (found: Pod | undefined) =>
      found?.status?.conditions?.find(({ type }) => type === 'interlink.eu/RemoteStateKnown');
    const doubted = await eventually(
      () => read(),
      (found) => remoteState(found)?.reason === 'JobGone',
    );
    expect(doubted?.status?.phase).toBe('Running');
    const failed = await phase('demo', 'Failed');
    expect(failed?.status?.reason).toBe('JobLost');
    await told('Warning JobLost');
  });

  it('that cannot see its scheduler changes nothing but a condition', async () => {
    const fake = await backend();
    const pod = await create();
    const running = await phase('demo', 'Running');
    fake.statusAnswer = (pods) =>
      pods.map((asked) => ({
        UID: uidOf(asked),
        containers: [],
        interlink: { state: 'unknown', reason: 'SchedulerAway' },
      }));
    await told('Warning RemoteStateUnknown: SchedulerAway');
    const found = await read();
    expect(found?.status?.containerStatuses).toEqual(running?.status?.containerStatuses);
    expect(found?.status?.phase).toBe('Running');
    fake.statusAnswer = undefined;
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
    await told('Normal RemoteStateKnown');
    await told('Normal Ended: Container main ended with exit code 0');
  });

  it('that cannot be asked at all for long is said so in each pod, and again when it is back', async () => {
    const fake = await backend({}, { unknownAfterSeconds: 1 });
    await create();
    await phase('demo', 'Running');
    const remoteState = (pod: Pod | undefined) =>
      pod?.status?.conditions?.find(({ type }) => type === 'interlink.eu/RemoteStateKnown');
    fake.statusAnswer = () => {
      throw new UnavailableError('connection refused');
    };
    const doubted = await eventually(
      () => read(),
      (pod) => remoteState(pod)?.status === 'False',
    );
    expect(remoteState(doubted)?.reason).toBe('BackendUnreachable');
    expect(doubted?.status?.phase).toBe('Running');
    fake.statusAnswer = undefined;
    await eventually(
      () => read(),
      (pod) => remoteState(pod)?.status === 'True',
    );
  });

  it('is not told about one pod what is true of another of the same name', async () => {
    const fake = await backend(pushing);
    const first = await create();
    await phase('demo', 'Running');
    await deletePod({ force: true });
    const second = await create();
    await phase('demo', 'Running');
    await eventually(() => fake.jobs.size === 1);
    expect(new Set(fake.deletes)).toEqual(new Set([uidOf(first)]));
    expect([...fake.jobs.keys()]).toEqual([uidOf(second)]);
  });
});

describe('many pods', () => {
  it('all run and all end, with one status question at a time for all of them', async () => {
    const fake = await backend();
    const names = Array.from({ length: 200 }, (_, index) => `pod-${index}`);
    await Promise.all(names.map((name) => create(name)));
    await eventually(
      () => countIn('Running'),
      (running) => running === 200,
      manySeconds,
    );
    expect(fake.creates).toHaveLength(200);
    expect(Math.max(...fake.questions)).toBeGreaterThan(100);
    for (const uid of fake.jobs.keys()) fake.set(uid, ended(0));
    await eventually(
      () => countIn('Succeeded'),
      (succeeded) => succeeded === 200,
      manySeconds,
    );
    await create('last');
    await phase('last', 'Running');
    await eventually(() => fake.questions.at(-1) === 1);
  }, 400_000);
});

describe('the directory', () => {
  it('has the pods of the node, without asking', async () => {
    const controller = await start(createFakeInterLink());
    const pod = await create();
    await eventually(() => controller.pods.get(namespace(), 'demo') !== undefined);
    expect(uidOf(controller.pods.get(namespace(), 'demo'))).toBe(uidOf(pod));
    expect(controller.pods.list().map(uidOf)).toContain(uidOf(pod));
  });
});
