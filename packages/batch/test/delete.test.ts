import { UnavailableError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { EngineStep } from '../src/index.ts';
import { EngineWorld, sampleData, samplePod, statusOf, until } from './engine-world.ts';

const isGone = async (world: EngineWorld, plugin: Awaited<ReturnType<EngineWorld['start']>>) => {
  await until(
    () => statusOf(plugin),
    ({ interlink }) => interlink?.state === 'gone',
  );
  expect(await plugin.list?.()).toEqual([]);
  return world;
};
const withGrace = (seconds: number) => ({
  ...samplePod(),
  metadata: { ...samplePod().metadata!, deletionGracePeriodSeconds: seconds },
});

describe('delete', () => {
  it('asks the job to end, and is done only when its end is confirmed', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    await plugin.delete(withGrace(7));
    await until(
      () => Promise.resolve(world.scheduler.cancelled),
      (all) => all.length === 1,
    );
    expect(world.scheduler.cancelled).toEqual([{ id: '1', directory: `${world.root}/pod-1`, force: false }]);
    expect(await world.read('pod-1', 'grace')).toBe('7\n');
    expect((await statusOf(plugin)).interlink).toMatchObject({ state: 'known', reason: 'Terminating' });
    expect((await plugin.list?.())?.map(({ uid }) => uid)).toEqual(['pod-1']);
    await world.writeOutcome('pod-1', 'Terminated');
    await isGone(world, plugin);
  });

  it('removes what only the running pod needed, and keeps states and logs for a while', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeOutcome('pod-1');
    await plugin.delete(samplePod());
    await isGone(world, plugin);
    for (const part of ['volumes', 'container', 'pod']) expect(await world.exists('pod-1', part)).toBe(false);
    expect(await world.exists('pod-1', 'logs')).toBe(true);
    await expect(plugin.logs({ Namespace: 'default', PodUID: 'pod-1', PodName: 'p' })).resolves.toBeDefined();
  });

  it('leaves nothing where nothing is to be kept', async () => {
    await using world = await EngineWorld.create({ policy: { retentionSeconds: 0 } });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeOutcome('pod-1');
    await plugin.delete(samplePod());
    await until(
      () => world.exists('pod-1'),
      (there) => !there,
    );
    expect((await statusOf(plugin)).interlink?.state).toBe('gone');
  });

  it('discards what was kept once its time is over', async () => {
    await using world = await EngineWorld.create({ policy: { retentionSeconds: 0.2 } });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeOutcome('pod-1');
    await plugin.delete(samplePod());
    await isGone(world, plugin);
    await until(
      async () => {
        await world.start();
        return await world.exists('pod-1');
      },
      (there) => !there,
    );
  });

  it('of an unknown pod, or again, resolves', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.delete(samplePod('unknown'));
    await plugin.delete(samplePod('../x'));
    await plugin.create(sampleData());
    await world.writeOutcome('pod-1');
    await Promise.all([plugin.delete(samplePod()), plugin.delete(samplePod())]);
    await isGone(world, plugin);
    await plugin.delete(samplePod());
  });

  it('makes a create of the same UID a conflict', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    await plugin.delete(samplePod());
    await expect(plugin.create(sampleData())).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
    await world.writeOutcome('pod-1');
    await isGone(world, plugin);
    await expect(plugin.create(sampleData())).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
  });

  it('kills what has not ended after the grace period', async () => {
    await using world = await EngineWorld.create({ policy: { killAfterGraceSeconds: 0.1 } });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await plugin.delete(withGrace(0));
    await until(
      () => Promise.resolve(world.scheduler.cancelled),
      (all) => all.some(({ force }) => force),
    );
    await world.writeOutcome('pod-1');
    await isGone(world, plugin);
  });

  it('goes on until the files are removed', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeOutcome('pod-1');
    let isBroken = true;
    const broken = await world.start((step) => {
      if (step !== 'delete:ended' || !isBroken) return Promise.resolve();
      isBroken = false;
      return Promise.reject(new UnavailableError('disk full'));
    });
    await broken.delete(samplePod());
    await isGone(world, broken);
  });

  it('is accepted while the scheduler is down, and carried out by the next process', async () => {
    await using world = await EngineWorld.create();
    const first = await world.start();
    await first.create(sampleData());
    world.scheduler.askError = new UnavailableError('down');
    await first.delete(samplePod());
    await first[Symbol.asyncDispose]();
    expect(world.scheduler.cancelled).toEqual([]);
    world.scheduler.askError = undefined;
    const second = await world.start();
    await until(
      () => Promise.resolve(world.scheduler.cancelled),
      (all) => all.length > 0,
    );
    await world.writeOutcome('pod-1');
    await isGone(world, second);
  });

  it('of a pod that was never submitted needs no job to end', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    world.scheduler.submitError = new UnavailableError('down');
    await expect(plugin.create(sampleData())).rejects.toThrow('down');
    await plugin.delete(samplePod());
    await isGone(world, plugin);
    expect(world.scheduler.cancelled).toEqual([]);
  });

  it('ends the job of a create whose answer was lost', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    world.scheduler.submitError = new UnavailableError('no answer');
    world.scheduler.queuesOnError = true;
    await expect(plugin.create(sampleData())).rejects.toThrow('no answer');
    await plugin.delete(samplePod());
    await until(
      () => Promise.resolve(world.scheduler.cancelled),
      (all) => all[0]?.id === '1',
    );
    await world.writeOutcome('pod-1');
    await isGone(world, plugin);
  });

  const steps: readonly EngineStep[] = ['delete:recorded', 'delete:cancelled', 'delete:ended', 'delete:purged'];
  it.each(steps)('interrupted at %s is carried out by the next process', async (crash) => {
    await using world = await EngineWorld.create();
    const forever = new Promise<void>(() => undefined);
    const reached = new Promise<void>((resolve) => {
      void world
        .start((step) => {
          if (step !== crash) return Promise.resolve();
          resolve();
          return forever;
        })
        .then(async (plugin) => {
          await plugin.create(sampleData());
          if (crash === 'delete:ended' || crash === 'delete:purged') await world.writeOutcome('pod-1');
          await plugin.delete(samplePod());
        });
    });
    await reached;
    await world.writeOutcome('pod-1');
    await isGone(world, await world.restartAfterCrash());
  });
});

it('ends the job of a pod whose record was lost', async () => {
  await using world = await EngineWorld.create();
  const before = await world.start();
  await before.create(sampleData());
  await before[Symbol.asyncDispose]();
  await world.writeFile('pod-1', 'record.json', '');
  const plugin = await world.start();
  await plugin.delete(samplePod());
  expect(world.scheduler.cancelled).toEqual([{ id: '1', directory: `${world.root}/pod-1`, force: true }]);
  await plugin.delete(samplePod('never-here'));
  expect(world.scheduler.cancelled).toHaveLength(1);
});
