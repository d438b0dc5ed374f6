import { BackendError, UnsupportedError, type Pod, type PodCreateRequests, type PodSpec } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createFastClock } from '../../test/pods/fast-clock.ts';
import { createFakeInterLink, type FakeInterLink } from '../../test/pods/fake-inter-link.ts';
import { ended, uidOf, usePodLab } from '../../test/pods/use-pod-lab.ts';

const { backend, client, create, createConfigMap, createSecret, namespace, phase, read, start, told } = usePodLab();

const updating = { features: ['events', 'list', 'update'] } as const;
const often = { volumeRefreshSeconds: 0.5 };
/** As Kubernetes' own admission would add its token to it. */
const plain = { automountServiceAccountToken: false } satisfies Partial<PodSpec>;

const pathOf = (kind: string, name: string): string => `/api/v1/namespaces/${namespace()}/${kind}/${name}`;

async function patch(kind: string, name: string, body: object): Promise<void> {
  await client().request({ method: 'PATCH', path: pathOf(kind, name), body });
}

async function remove(kind: string, name: string): Promise<void> {
  await client().request({ method: 'DELETE', path: pathOf(kind, name) });
}

/** What `kubectl debug` does. */
async function debug(pod: string, name: string, parts: object = {}): Promise<void> {
  const ephemeralContainers = [{ name, image: 'example/debugger', ...parts }];
  await client().request({
    method: 'PATCH',
    path: `${pathOf('pods', pod)}/ephemeralcontainers`,
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { ephemeralContainers } },
  });
}

/** The last update, once it is as wanted. */
async function updated(fake: FakeInterLink, test: (request: PodCreateRequests) => boolean): Promise<PodCreateRequests> {
  const last = (): Promise<PodCreateRequests | undefined> => Promise.resolve(fake.updates.at(-1));
  return (await eventually(last, (request) => request !== undefined && test(request)))!;
}

const ephemeral = (pod: Pod | undefined) => pod?.status?.ephemeralContainerStatuses?.[0];

describe('a pod that the backend holds', () => {
  it('is sent again when a ConfigMap or Secret of its volumes changes, and keeps what is deleted', async () => {
    const fake = await backend(updating, often);
    await createConfigMap('cfg');
    await createSecret('sec');
    const sources = [{ configMap: { name: 'cfg' } }, { secret: { name: 'sec' } }];
    const pod = await create('demo', {
      ...plain,
      volumes: [
        { name: 'cfg', configMap: { name: 'cfg' } },
        { name: 'all', projected: { sources } },
      ],
    });
    await phase('demo', 'Running');
    await patch('configmaps', 'cfg', { data: { a: 'beta' } });
    const first = await updated(fake, ({ configmaps }) => configmaps?.[0]?.data?.['a'] === 'beta');
    expect(uidOf(first.pod)).toBe(uidOf(pod));
    await patch('secrets', 'sec', { stringData: { key: 'new key' } });
    await updated(fake, ({ projectedvolumesmaps: maps }) => {
      const key = Buffer.from(maps?.[0]?.binaryData?.['key'] ?? '', 'base64').toString();
      return (maps?.[0]?.data?.['key'] ?? key) === 'new key' && maps?.[0]?.data?.['a'] === 'beta';
    });
    const count = fake.updates.length;
    await remove('configmaps', 'cfg');
    await patch('secrets', 'sec', { stringData: { key: 'newer key' } });
    const last = await eventually(
      () => Promise.resolve(fake.updates),
      (updates) => updates.length > count,
    );
    expect(last.at(-1)).toMatchObject({ configmaps: [], projectedvolumesmaps: [] });
    await told('Warning FailedMount: MountVolume.SetUp failed for volume "cfg" : configmap "cfg" not found');
    expect((await read())?.status?.phase).toBe('Running');
  });

  it('loses what is deleted and optional, as on a kubelet', async () => {
    const fake = await backend(updating, often);
    await createConfigMap('cfg');
    await create('demo', { ...plain, volumes: [{ name: 'cfg', configMap: { name: 'cfg', optional: true } }] });
    await phase('demo', 'Running');
    await remove('configmaps', 'cfg');
    const { configmaps } = await updated(fake, () => true);
    expect(configmaps).toMatchObject([{ metadata: { name: 'cfg' } }]);
    expect(configmaps?.[0]?.data).toBeUndefined();
  });

  it('gets new tokens before the old ones expire', async () => {
    // 480 of 600 s pass in 8.
    const clock = createFastClock(60);
    const fake = createFakeInterLink(updating);
    await start(fake, { statusIntervalSeconds: 20, pushedStatusIntervalSeconds: 60 }, { clock });
    const token = { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } };
    const pod = await create('demo', { ...plain, volumes: [{ name: 'token', projected: { sources: [token] } }] });
    await phase('demo', 'Running');
    const issuedAt = clock.now();
    const sent = fake.jobs.get(uidOf(pod))?.request.projectedvolumesmaps?.[0]?.data?.['token'];
    const { projectedvolumesmaps: maps } = await updated(fake, () => true);
    const renewed = maps?.[0]?.data?.['token'] ?? '';
    expect(renewed).not.toBe(sent);
    const claims = JSON.parse(Buffer.from(renewed.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ aud: ['vault'], 'kubernetes.io': { pod: { uid: uidOf(pod) } } });
    const seconds = (clock.now() - issuedAt) / 1000;
    expect(seconds).toBeGreaterThan(400);
    expect(seconds).toBeLessThan(600);
  });

  it('is sent its labels when a volume shows them', async () => {
    const fake = await backend(updating);
    const items = [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }];
    await create('demo', { ...plain, volumes: [{ name: 'info', downwardAPI: { items } }] });
    await phase('demo', 'Running');
    await patch('pods', 'demo', { metadata: { labels: { stage: 'second' } } });
    const request = await updated(fake, () => true);
    expect(request.projectedvolumesmaps?.[0]?.data?.['labels']).toBe('stage="second"');
    expect(fake.updates).toHaveLength(1);
  });

  it('is sent again after the backend failed, and says so when it refuses', async () => {
    const fake = await backend(updating, often);
    await createConfigMap('cfg');
    await create('demo', { ...plain, volumes: [{ name: 'cfg', configMap: { name: 'cfg' } }] });
    await phase('demo', 'Running');
    fake.updateErrors.push(new BackendError('no space left'));
    await patch('configmaps', 'cfg', { data: { a: 'beta' } });
    await told(
      'Warning UpdateFailed: what changed in the pod is not with the backend yet, trying again: no space left',
    );
    await updated(fake, ({ configmaps }) => configmaps?.[0]?.data?.['a'] === 'beta');
  });

  it('that the backend cannot update is told so once, and what it has stays', async () => {
    const fake = await backend(updating, often);
    await createConfigMap('cfg');
    await create('demo', { ...plain, volumes: [{ name: 'cfg', configMap: { name: 'cfg' } }] });
    await phase('demo', 'Running');
    const words = 'the files travelled with the job';
    fake.updateErrors.push(new UnsupportedError(words, { field: 'pod.metadata.uid' }));
    await patch('configmaps', 'cfg', { data: { a: 'beta' } });
    await told(`Warning UpdateFailed: what changes in the pod cannot be brought to the backend: ${words}`);
    await debug('demo', 'debugger');
    const pod = await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.waiting?.reason === 'CreateContainerError',
    );
    expect(ephemeral(pod)?.state?.waiting?.message).toBe(words);
    expect(fake.updates).toEqual([]);
  });

  it('is sent once after a restart of the virtual kubelet, and a plain pod never', async () => {
    const fake = createFakeInterLink(updating);
    const controller = await start(fake, often);
    await createConfigMap('cfg');
    const pod = await create('demo', { ...plain, volumes: [{ name: 'cfg', configMap: { name: 'cfg' } }] });
    await create('plain', plain);
    await phase('demo', 'Running');
    await phase('plain', 'Running');
    await controller.stop();
    expect(fake.updates).toEqual([]);
    await patch('configmaps', 'cfg', { data: { a: 'beta' } });
    await start(fake, often);
    await updated(fake, ({ configmaps }) => configmaps?.[0]?.data?.['a'] === 'beta');
    await createConfigMap('other');
    await patch('pods', 'demo', { metadata: { labels: { some: 'change' } } });
    await patch('configmaps', 'cfg', { data: { a: 'gamma' } });
    await updated(fake, ({ configmaps }) => configmaps?.[0]?.data?.['a'] === 'gamma');
    expect(fake.updates.map((request) => uidOf(request.pod))).toEqual([uidOf(pod), uidOf(pod)]);
  });
});

describe('an ephemeral container', () => {
  it('is sent at once, with its environment, and its states are those of the pod', async () => {
    const fake = await backend(updating);
    await createConfigMap('cfg');
    const pod = await create('demo', plain);
    await phase('demo', 'Running');
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cfg', key: 'a' } } }];
    await debug('demo', 'debugger', { targetContainerName: 'main', stdin: true, tty: true, env });
    const running = await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.running !== undefined,
    );
    const [sent] = fake.updates.at(-1)?.pod.spec?.ephemeralContainers ?? [];
    expect(sent).toMatchObject({ name: 'debugger', targetContainerName: 'main', stdin: true, tty: true });
    expect(sent?.env?.find(({ name }) => name === 'A')?.value).toBe('alpha');
    expect(running?.status?.containerStatuses?.map(({ name }) => name)).toEqual(['main']);
    await told('Normal Started: Container debugger started');
    fake.jobs.get(uidOf(pod))?.ephemeral.set('debugger', ended(3));
    fake.set(uidOf(pod), { running: {} });
    const over = await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.terminated !== undefined,
    );
    expect(ephemeral(over)?.state?.terminated?.exitCode).toBe(3);
    expect(over?.status?.phase).toBe('Running');
    expect(fake.updates).toHaveLength(1);
  });

  it('waits with a reason where the backend takes no updates', async () => {
    await backend({ features: ['events'] });
    await create('demo', plain);
    await phase('demo', 'Running');
    await debug('demo', 'debugger');
    const message = 'the backend of this node cannot add a container to a running pod';
    await told(`Warning Failed: Error: ${message}`);
    const pod = await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.waiting?.reason === 'CreateContainerError',
    );
    expect(ephemeral(pod)?.state?.waiting?.message).toBe(message);
  });

  it('that the backend refuses waits with its words and keeps no change from the pod', async () => {
    const fake = await backend(updating, often);
    await createConfigMap('cfg');
    await create('demo', { ...plain, volumes: [{ name: 'cfg', configMap: { name: 'cfg' } }] });
    await phase('demo', 'Running');
    fake.updateErrors.push(
      new UnsupportedError('no debuggers here', { field: 'pod.spec.ephemeralContainers[0].name' }),
    );
    await debug('demo', 'debugger');
    const pod = await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.waiting?.reason === 'CreateContainerError',
    );
    expect(ephemeral(pod)?.state?.waiting?.message).toBe('no debuggers here');
    await told('Warning Failed: Error: no debuggers here');
    await patch('configmaps', 'cfg', { data: { a: 'beta' } });
    const request = await updated(fake, ({ configmaps }) => configmaps?.[0]?.data?.['a'] === 'beta');
    expect(request.pod.spec?.ephemeralContainers).toEqual([]);
  });

  it('whose ConfigMap is not there starts once it is', async () => {
    const fake = await backend(updating);
    await create('demo', plain);
    await phase('demo', 'Running');
    await debug('demo', 'debugger', { envFrom: [{ configMapRef: { name: 'late' } }] });
    await told('Warning Failed: Error: configmap "late" not found');
    await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    await createConfigMap('late');
    await eventually(
      () => read(),
      (found) => ephemeral(found)?.state?.running !== undefined,
    );
    expect(fake.updates.at(-1)?.pod.spec?.ephemeralContainers?.[0]?.env).toContainEqual({ name: 'a', value: 'alpha' });
  });
});
