import { BackendError, UnavailableError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createFakeInterLink } from '../../test/pods/fake-inter-link.ts';
import { container, ended, pushing, uidOf, usePodLab } from '../../test/pods/use-pod-lab.ts';

const { backend, create, deletePod, isGone, namespace, phase, read, start, told } = usePodLab();

describe('the end of a pod', () => {
  it.each([
    ['pushes', pushing],
    ['is asked', {}],
  ] as const)('waits until the job is gone when the backend %s', async (_, options) => {
    const fake = await backend(options);
    fake.endsAtOnce = false;
    const pod = await create();
    await phase('demo', 'Running');
    await deletePod();
    await eventually(() => fake.deletes.length > 0);
    fake.set(uidOf(pod), ended(143));
    await eventually(
      () => read(),
      (found) => container(found)?.state?.terminated?.exitCode === 143,
    );
    expect((await read())?.metadata?.deletionTimestamp).toBeDefined();
    fake.end(uidOf(pod));
    await isGone();
    expect(fake.deletes).toEqual([uidOf(pod)]);
  });

  it('is confirmed by the answer of a foreign backend', async () => {
    const fake = await backend({ ours: false });
    await create();
    await phase('demo', 'Running');
    await deletePod();
    await isGone();
    expect(fake.deletes).toHaveLength(1);
  });

  it('is not confirmed by a foreign backend that says its container runs, and asked for again', async () => {
    const fake = await backend({ ours: false });
    fake.endsAtOnce = false;
    const pod = await create('demo', { terminationGracePeriodSeconds: 1 });
    await phase('demo', 'Running');
    await deletePod();
    await eventually(() => fake.deletes.length >= 2);
    expect(await read()).toBeDefined();
    fake.end(uidOf(pod));
    await isGone();
  });

  it('is not confirmed by a backend of ours that cannot answer for the pod', async () => {
    const fake = await backend({ features: ['list'] });
    fake.endsAtOnce = false;
    const pod = await create();
    await phase('demo', 'Running');
    fake.statusAnswer = () => {
      throw new BackendError('the record cannot be read');
    };
    await deletePod();
    await eventually(() => fake.deletes.length > 0);
    const asked = fake.questions.length;
    await eventually(() => fake.questions.length > asked + 3);
    expect((await read())?.metadata?.deletionTimestamp).toBeDefined();
    await told('Warning RemoteStateUnknown: StatusRefused: the record cannot be read');
    fake.statusAnswer = undefined;
    fake.end(uidOf(pod));
    await isGone();
  });

  it('is asked for until the backend accepts', async () => {
    const fake = await backend();
    await create();
    await phase('demo', 'Running');
    fake.deleteErrors.push(...Array.from({ length: 3 }, () => new UnavailableError('the connection was refused')));
    await deletePod();
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
    await deletePod();
    await isGone();
    expect(fake.deletes).toEqual([]);
  });

  it('follows a pod that was deleted by force', async () => {
    const fake = await backend();
    await create();
    await phase('demo', 'Running');
    fake.deleteErrors.push(new UnavailableError('the connection was refused'));
    await deletePod({ force: true });
    await eventually(() => fake.jobs.size === 0);
    expect(fake.deletes).toHaveLength(2);
  });

  it('reaches the backend for a pod that had succeeded', async () => {
    const fake = await backend();
    const pod = await create();
    await phase('demo', 'Running');
    fake.set(uidOf(pod), ended(0));
    await phase('demo', 'Succeeded');
    await deletePod();
    await isGone();
    await eventually(() => fake.jobs.size === 0);
  });

  it('is loud when the backend never confirms', async () => {
    const fake = await backend({}, { abandonDeletionAfterSeconds: 1 });
    fake.endsAtOnce = false;
    await create('demo', { terminationGracePeriodSeconds: 1 });
    await phase('demo', 'Running');
    await deletePod();
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
    await eventually(() => reached);
    await deletePod();
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
    await eventually(() => fake.jobs.size === 1);
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

  it('asks a foreign backend by status about a pod that an earlier process marked, before it creates it', async () => {
    const fake = createFakeInterLink({ ours: false });
    const take = fake.create.bind(fake);
    fake.create = async (request, options) => {
      await take(request, options);
      return await new Promise((_, reject) =>
        options?.signal?.addEventListener('abort', () => reject(new Error('cut'))),
      );
    };
    const first = await start(fake);
    await create();
    await eventually(() => fake.jobs.size === 1);
    expect((await read())?.metadata?.annotations?.['interlink.eu/create-attempted']).toMatch(/^\d{4}-/);
    await first.stop();
    const asked = fake.questions.length;
    fake.create = take;
    await start(fake);
    const running = await phase('demo', 'Running');
    expect(running?.metadata?.annotations?.['JobID']).toBe('job-1');
    expect(fake.creates).toHaveLength(1);
    expect(fake.questions.length).toBeGreaterThan(asked);
  });

  it('needs no mark for a backend that takes a UID once', async () => {
    await backend({ features: ['list'] });
    await create();
    const running = await phase('demo', 'Running');
    expect(running?.metadata?.annotations).toEqual({ JobID: 'job-1' });
  });

  it('deletes the job of a pod that was deleted meanwhile', async () => {
    const fake = createFakeInterLink({ features: ['list'] });
    const first = await start(fake);
    await create();
    await phase('demo', 'Running');
    await first.stop();
    await deletePod({ force: true });
    await isGone();
    const other = {
      metadata: { name: 'other', namespace: namespace(), uid: 'other' },
      spec: { nodeName: 'lab', containers: [] },
    };
    await fake.create({ pod: other });
    await start(fake, { orphanAfterSeconds: 1, sweepIntervalSeconds: 1 });
    await eventually(() => fake.jobs.size === 1);
    expect([...fake.jobs.keys()]).toEqual(['other']);
  });

  it('ends what was being deleted', async () => {
    const fake = createFakeInterLink();
    const first = await start(fake);
    await create();
    await phase('demo', 'Running');
    await first.stop();
    await deletePod();
    await start(fake);
    await isGone();
    expect(fake.jobs.size).toBe(0);
  });
});
