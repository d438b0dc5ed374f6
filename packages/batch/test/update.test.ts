import type { Pod, RetrievedPodData } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { updateSteps, type EngineStep } from '../src/index.ts';
import { EngineWorld, sampleData, samplePod, statusOf } from './engine-world.ts';

const debug = { name: 'debugger', image: 'busybox', command: ['sh'] };
const volumes = [{ name: 's', secret: { secretName: 's' } }];
const plain = samplePod('pod-1', { volumes });
const debugged: Pod = { ...plain, spec: { ...plain.spec!, ephemeralContainers: [debug] } };

function sent(pod: Pod, text: string): RetrievedPodData {
  const secrets = [{ metadata: { name: 's' }, data: { key: Buffer.from(text).toString('base64') } }];
  return { pod, container: [{ name: 'main', secrets }] };
}

describe('an update', () => {
  it.each<EngineStep>([...updateSteps])('that a crash interrupts at %s is made whole by the next one', async (step) => {
    await using world = await EngineWorld.create();
    const reached = Promise.withResolvers<undefined>();
    const first = await world.start(async (at) => {
      if (at !== step) return;
      reached.resolve(undefined);
      await new Promise<never>(() => undefined);
    });
    await first.create(sent(plain, 'old'));
    void first.update?.(sent(debugged, 'new'));
    await reached.promise;
    const second = await world.restartAfterCrash();
    await second.update?.(sent(debugged, 'new'));
    await second.update?.(sent(debugged, 'new'));
    expect((await statusOf(second, plain)).ephemeralContainers?.map(({ name }) => name)).toEqual(['debugger']);
    expect(await world.read('pod-1', 'added')).toBe('debugger\n');
    expect(await world.read('pod-1', 'container/debugger/argv')).toBe('sh\0');
  });

  it('waits for its turn while a create is at work, and finds its files', async () => {
    await using world = await EngineWorld.create();
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const plugin = await world.start((at) => (at === 'create:recorded' ? held : Promise.resolve()));
    const create = plugin.create(sent(plain, 'old'));
    await expect.poll(() => world.exists('pod-1', 'record.json')).toBe(true);
    const update = plugin.update?.(sent(plain, 'new'));
    goOn();
    await create;
    await update;
    expect(await world.read('pod-1', 'volumes/s/key')).toBe('new');
  });

  it('of a pod that is being deleted is a conflict', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sent(plain, 'old'));
    await plugin.delete(plain);
    await expect(plugin.update?.(sent(plain, 'new'))).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
  });

  it('of a pod whose containers have ended is a conflict, before the runner has said its last word', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sent(plain, 'old'));
    await world.writeState('pod-1', 'main', { state: 'terminated', finishedAt: 1, exitCode: 0, reason: 'Completed' });
    await expect(plugin.update?.(sent(plain, 'new'))).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
  });

  it('adds no container to a job that an earlier version started, but brings its volumes', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sent(plain, 'old'));
    await world.remove('pod-1', 'added');
    await expect(plugin.update?.(sent(debugged, 'new'))).rejects.toMatchObject({
      code: 'ILK_UNSUPPORTED',
      field: 'pod.spec.ephemeralContainers',
    });
    expect(await world.read('pod-1', 'volumes/s/key')).toBe('new');
  });

  it('leaves the containers that it adds out of the directory that people look into', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    const secret = { ...debug, env: [{ name: 'TOKEN', value: 'planted' }] };
    await plugin.create(sampleData({ ...plain, spec: { ...plain.spec!, volumes: [], ephemeralContainers: [secret] } }));
    expect(await world.read('pod-1', 'pod/pod.json')).not.toContain('planted');
    expect((await statusOf(plugin, plain)).ephemeralContainers).toBeUndefined();
  });
});
