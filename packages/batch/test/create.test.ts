import { readdir } from 'node:fs/promises';
import { BackendError, UnavailableError, type Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { EngineStep } from '../src/index.ts';
import { EngineWorld, sampleData, samplePod, statusOf } from './engine-world.ts';

describe('create', () => {
  it('gives the same job for the same UID, one after the other and at the same time', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    const answers = await Promise.all([1, 2, 3].map(() => plugin.create(sampleData())));
    answers.push(await plugin.create(sampleData()));
    expect(answers.map(({ PodJID }) => PodJID)).toEqual(['1', '1', '1', '1']);
    expect(world.scheduler.submitted).toHaveLength(1);
  });

  it('keeps many pods apart that come at the same time', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    const uids = Array.from({ length: 30 }, (_, index) => `pod-${index}`);
    const answers = await Promise.all(uids.map((uid) => plugin.create(sampleData(samplePod(uid)))));
    expect(answers.map(({ PodUID }) => PodUID)).toEqual(uids);
    for (const { PodUID, PodJID } of answers) expect(world.scheduler.jobs.get(PodJID)?.uid).toBe(PodUID);
  });

  it('names the fields that have no effect', async () => {
    await using world = await EngineWorld.create();
    const pod = samplePod('pod-1', { hostname: 'of-the-pod' });
    const { warnings } = await (await world.start()).create(sampleData(pod));
    expect(warnings?.some((warning) => warning.startsWith('spec.hostname '))).toBe(true);
  });

  const refused: readonly [string, Partial<NonNullable<Pod['spec']>>, string][] = [
    ['a container without a command', { containers: [{ name: 'main', image: 'x' }] }, 'pod.spec.containers[0].command'],
    [
      'a persistent volume',
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] },
      'pod.spec.volumes[0].persistentVolumeClaim',
    ],
    ['a host path', { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] }, 'pod.spec.volumes[0].hostPath'],
    ['another user', { securityContext: { runAsUser: 54321 } }, 'pod.spec.securityContext.runAsUser'],
    ['no container', { containers: [] }, 'pod.spec.containers'],
    [
      'a probe that does nothing',
      { containers: [{ name: 'main', image: 'x', command: ['true'], livenessProbe: { periodSeconds: 1 } }] },
      'pod.spec.containers[0].livenessProbe',
    ],
    [
      'a mount without mount namespaces',
      {
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [
          { name: 'main', image: 'x', command: ['true'], volumeMounts: [{ name: 'v', mountPath: '/data' }] },
        ],
      },
      'pod.spec.containers[0].volumeMounts[0]',
    ],
    [
      'a container name that is no DNS label',
      { containers: [{ name: '../x', image: 'x', command: ['true'] }] },
      'pod.spec.containers[0].name',
    ],
  ];
  it.each(refused)('refuses %s, naming the field, and leaves no trace', async (_name, spec, field) => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    const pod = samplePod('pod-1', spec);
    await expect(plugin.create(sampleData(pod))).rejects.toMatchObject({ field });
    expect(await readdir(world.root)).toEqual(['.runner', 'changed']);
    expect(world.scheduler.submitted).toEqual([]);
    expect((await statusOf(plugin, pod)).interlink?.state).toBe('gone');
  });

  it.each(['..', '../../etc', 'a/b', '', '.hidden', 'changed'])('refuses the UID %j', async (uid) => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await expect(plugin.create(sampleData(samplePod(uid)))).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      field: 'pod.metadata.uid',
    });
  });

  it('leaves no trace of a pod that the scheduler refused, and takes it the next time', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    world.scheduler.submitError = new BackendError('invalid partition');
    await expect(plugin.create(sampleData())).rejects.toThrow('invalid partition');
    expect(await readdir(world.root)).toEqual(['.runner', 'changed']);
    world.scheduler.submitError = undefined;
    expect(await plugin.create(sampleData())).toMatchObject({ PodJID: '1' });
  });

  it.each([true, false])('goes on after an outage of the scheduler, the job queued: %s', async (queuesOnError) => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    world.scheduler.submitError = new UnavailableError('no answer');
    world.scheduler.queuesOnError = queuesOnError;
    await expect(plugin.create(sampleData())).rejects.toThrow('no answer');
    expect((await statusOf(plugin)).containers?.[0]?.state?.waiting?.reason).toBe('Submitting');
    world.scheduler.submitError = undefined;
    expect(await plugin.create(sampleData())).toMatchObject({ PodJID: '1' });
    expect(world.scheduler.submitted).toHaveLength(1);
  });

  it('does not submit again while it cannot be known whether there is a job', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    world.scheduler.submitError = new UnavailableError('no answer');
    world.scheduler.queuesOnError = true;
    await expect(plugin.create(sampleData())).rejects.toThrow();
    world.scheduler.submitError = undefined;
    world.scheduler.askError = new UnavailableError('still no answer');
    await expect(plugin.create(sampleData())).rejects.toThrow('still no answer');
    expect(world.scheduler.submitted).toHaveLength(1);
  });

  const steps: readonly EngineStep[] = ['create:begin', 'create:recorded', 'create:submitted', 'create:end'];
  it.each(steps)('interrupted at %s and asked again of the next process: one job', async (crash) => {
    await using world = await EngineWorld.create();
    const first = await world.start((step) =>
      step === crash ? Promise.reject(new Error('crash')) : Promise.resolve(),
    );
    await expect(first.create(sampleData())).rejects.toThrow('crash');
    const second = await world.start();
    const answer = await second.create(sampleData());
    expect(world.scheduler.submitted).toHaveLength(1);
    expect(world.scheduler.jobs.get(answer.PodJID)?.uid).toBe('pod-1');
  });

  it('makes the job directory anew when no job was found: a crash of the machine may have emptied its files', async () => {
    await using world = await EngineWorld.create();
    const first = await world.start((step) =>
      step === 'create:recorded' ? Promise.reject(new Error('crash')) : Promise.resolve(),
    );
    await expect(first.create(sampleData())).rejects.toThrow('crash');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${world.root}/pod-1/container/main/argv`, '');
    await writeFile(`${world.root}/pod-1/job.id`, '');
    await (await world.start()).create(sampleData());
    expect(await world.read('pod-1', 'container/main/argv')).toBe('true\0');
    expect(await readdir(`${world.root}/pod-1`)).not.toContain('job.id');
    expect(world.scheduler.submitted).toHaveLength(1);
  });

  it('leaves no trace of a pod that is refused when its interrupted create is asked again', async () => {
    await using world = await EngineWorld.create();
    const first = await world.start((step) =>
      step === 'create:recorded' ? Promise.reject(new Error('crash')) : Promise.resolve(),
    );
    await expect(first.create(sampleData())).rejects.toThrow('crash');
    const changed = samplePod('pod-1', { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] });
    await expect((await world.start()).create(sampleData(changed))).rejects.toThrow('hostPath');
    expect(await readdir(world.root)).toEqual(['.runner', 'changed']);
  });

  it('takes the runner’s word where the scheduler has forgotten a short job', async () => {
    await using world = await EngineWorld.create();
    const first = await world.start((step) =>
      step === 'create:submitted' ? Promise.reject(new Error('crash')) : Promise.resolve(),
    );
    await expect(first.create(sampleData())).rejects.toThrow('crash');
    world.scheduler.jobs.clear();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${world.root}/pod-1/job.id`, '1\n');
    await world.writeOutcome('pod-1');
    expect(await (await world.start()).create(sampleData())).toMatchObject({ PodJID: '1' });
    expect(world.scheduler.submitted).toHaveLength(1);
  });

  it('rejects with the reason of an aborted signal, and the pod is taken once all the same', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    const reason = new Error('caller left');
    await expect(plugin.create(sampleData(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(world.scheduler.submitted).toEqual([]);
    const controller = new AbortController();
    const create = plugin.create(sampleData(), { signal: controller.signal });
    controller.abort(reason);
    await expect(create).rejects.toBe(reason);
    expect(await plugin.create(sampleData())).toMatchObject({ PodJID: '1' });
    expect(world.scheduler.submitted).toHaveLength(1);
  });
});

describe('the job directory', () => {
  const pod = samplePod('pod-1', {
    containers: [{ name: 'main', image: 'x', command: ['true'], env: [{ name: 'PASSWORD', value: 'hunter2' }] }],
    volumes: [{ name: 's', secret: { secretName: 's', defaultMode: 0o400 } }],
  });
  const data = {
    pod,
    container: [
      {
        name: 'main',
        secrets: [{ metadata: { name: 's' }, data: { key: Buffer.from('top secret').toString('base64') } }],
      },
    ],
  };

  it('is private, and holds secrets in the places for them alone', async () => {
    await using world = await EngineWorld.create();
    await (await world.start()).create(data);
    const { stat } = await import('node:fs/promises');
    const mode = async (path: string) => ((await stat(`${world.root}/pod-1/${path}`)).mode & 0o7777).toString(8);
    expect(await mode('')).toBe('700');
    expect(await mode('record.json')).toBe('600');
    expect(await mode('container/main/env')).toBe('600');
    expect(await mode('volumes/s/key')).toBe('400');
    expect(await world.read('pod-1', 'volumes/s/key')).toBe('top secret');
    for (const file of ['record.json', 'pod/pod.json', 'settings', 'container/main/argv']) {
      const text = await world.read('pod-1', file);
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain(Buffer.from('top secret').toString('base64'));
    }
    expect(JSON.stringify(world.scheduler.submitted)).not.toContain('hunter2');
  });
});
