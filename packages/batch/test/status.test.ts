import { UnavailableError, type PodStatus } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { EngineWorld, sampleData, samplePod, statusOf, until } from './engine-world.ts';

const running = { state: 'running', startedAt: 100 };
const succeeded = { state: 'terminated', startedAt: 100, finishedAt: 101, exitCode: 0, reason: 'Completed' };
const isLost = ({ interlink }: PodStatus): boolean => interlink?.reason === 'JobLost';

describe('status', () => {
  it('has an entry for every pod asked, in the order asked, unknown ones as gone and waiting', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    const statuses = await plugin.status([samplePod('unknown'), samplePod(), samplePod('')]);
    expect(statuses.map(({ UID, interlink }) => [UID, interlink?.state])).toEqual([
      ['unknown', 'gone'],
      ['pod-1', 'known'],
      ['', 'gone'],
    ]);
    expect(statuses[0]?.containers?.[0]?.state?.waiting?.reason).toBe('NotFound');
  });

  it('follows the states that the runner writes', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    expect((await statusOf(plugin)).containers?.[0]?.state).toHaveProperty('running');
    await world.writeState('pod-1', 'main', succeeded);
    await world.writeOutcome('pod-1');
    expect((await statusOf(plugin)).containers?.[0]?.state?.terminated?.exitCode).toBe(0);
  });

  it('asks the scheduler nothing without jobs, and once in an interval for any number of them', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.3 });
    const plugin = await world.start();
    await plugin.status([samplePod()]);
    expect(world.scheduler.queries).toBe(0);
    const start = Date.now();
    await Promise.all(Array.from({ length: 20 }, (_, index) => plugin.create(sampleData(samplePod(`pod-${index}`)))));
    await until(
      async () => {
        await plugin.status([samplePod()]);
        return world.scheduler.queries;
      },
      (queries) => queries >= 3,
    );
    expect(world.scheduler.queries).toBeLessThanOrEqual((Date.now() - start) / 300 + 1);
    for (let index = 0; index < 20; index += 1) await world.writeOutcome(`pod-${index}`);
    await plugin.status([]);
    const { queries } = world.scheduler;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(world.scheduler.queries).toBe(queries);
  });

  it('keeps the last states while the scheduler does not answer, and is known again when it does', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    world.scheduler.askError = new UnavailableError('connection refused');
    const unknown = await until(
      () => statusOf(plugin),
      ({ interlink }) => interlink?.state === 'unknown',
    );
    expect(unknown.interlink).toMatchObject({ reason: 'SchedulerUnavailable', message: 'connection refused' });
    expect(unknown.containers?.[0]?.state).toHaveProperty('running');
    world.scheduler.askError = undefined;
    await until(
      () => statusOf(plugin),
      ({ interlink }) => interlink?.state === 'known',
    );
  });

  it('counts a job as lost only by a complete answer without it', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    world.scheduler.complete = false;
    world.scheduler.jobs.clear();
    const { queries } = world.scheduler;
    await until(
      () => Promise.resolve(world.scheduler.queries),
      (now) => now > queries + 3,
    );
    expect(isLost(await statusOf(plugin))).toBe(false);
    world.scheduler.complete = true;
    const lost = await until(() => statusOf(plugin), isLost);
    expect(lost.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'JobLost' });
    // What may be left of it is ended.
    expect(world.scheduler.cancelled).toContainEqual({ id: '1', directory: `${world.root}/pod-1`, force: true });
  });

  it('is lost only once what may be left of it was ended: a crash in between leaves nothing running', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    world.scheduler.cancelError = new UnavailableError('connection refused');
    world.scheduler.jobs.clear();
    const unknown = await until(
      () => statusOf(plugin),
      ({ interlink }) => interlink?.state === 'unknown',
    );
    expect(unknown.interlink?.message).toBe('connection refused');
    expect(await world.read('pod-1', 'record.json')).not.toContain('lost');
    world.scheduler.cancelError = undefined;
    await until(() => statusOf(plugin), isLost);
    expect(world.scheduler.cancelled).toHaveLength(1);
  });

  it('never takes back an end, neither by what is written later nor by a restart', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    await statusOf(plugin);
    world.scheduler.jobs.clear();
    await until(() => statusOf(plugin), isLost);
    await world.writeState('pod-1', 'main', succeeded);
    await world.writeOutcome('pod-1');
    expect(isLost(await statusOf(plugin))).toBe(true);
    expect(isLost(await statusOf(await world.start()))).toBe(true);
  });

  it('is not lost when it ended in order', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', succeeded);
    await world.writeOutcome('pod-1');
    world.scheduler.jobs.clear();
    const { queries } = world.scheduler;
    await until(
      () => Promise.resolve(world.scheduler.queries),
      (now) => now >= queries,
    );
    expect((await statusOf(plugin)).interlink).toMatchObject({ state: 'known', reason: 'Completed' });
  });

  it('waits for states that become visible late, where the policy says so', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05, policy: { lostAfterSeconds: 60 } });
    const plugin = await world.start();
    await plugin.create(sampleData());
    world.scheduler.jobs.clear();
    const { queries } = world.scheduler;
    await until(
      () => Promise.resolve(world.scheduler.queries),
      (now) => now > queries + 2,
    );
    expect(isLost(await statusOf(plugin))).toBe(false);
    await world.writeState('pod-1', 'main', succeeded);
    await world.writeOutcome('pod-1');
    expect((await statusOf(plugin)).interlink?.reason).toBe('Completed');
  });

  it('waits no longer for those of a job that the scheduler still shows as ended', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05, policy: { lostAfterSeconds: 0.3 } });
    const plugin = await world.start();
    await plugin.create(sampleData());
    world.scheduler.jobs.set('1', { phase: 'ended', word: 'CANCELLED', reason: 'JobCancelled', message: 'cancelled' });
    const isOver = ({ interlink }: PodStatus) => interlink?.jobState === 'lost';
    expect((await until(() => statusOf(plugin), isOver)).interlink?.reason).toBe('JobCancelled');
  });

  it('shows what the scheduler says of a job that it ended', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    world.scheduler.jobs.set('1', {
      phase: 'ended',
      word: 'TIMEOUT',
      reason: 'DeadlineExceeded',
      message: 'out of time',
    });
    const status = await until(
      () => statusOf(plugin),
      ({ interlink }) => interlink?.reason === 'DeadlineExceeded',
    );
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, message: 'out of time' });
  });

  it('is taken up by the next process with one question for all pods', async () => {
    await using world = await EngineWorld.create();
    const first = await world.start();
    for (let index = 0; index < 10; index += 1) await first.create(sampleData(samplePod(`pod-${index}`)));
    await world.writeState('pod-3', 'main', running);
    const { queries } = world.scheduler;
    const second = await world.start();
    expect(world.scheduler.queries).toBe(queries + 1);
    expect((await statusOf(second, samplePod('pod-3'))).containers?.[0]?.state).toHaveProperty('running');
    expect(await second.list?.()).toHaveLength(10);
  });

  it('starts although the scheduler does not answer', async () => {
    await using world = await EngineWorld.create();
    await (await world.start()).create(sampleData());
    world.scheduler.askError = new UnavailableError('down');
    expect((await statusOf(await world.start())).interlink?.state).toBe('unknown');
  });

  it('leaves directories alone that have no record of ours', async () => {
    await using world = await EngineWorld.create();
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(`${world.root}/foreign`);
    await mkdir(`${world.root}/broken`);
    await writeFile(`${world.root}/broken/record.json`, '{"version":1');
    const plugin = await world.start();
    expect(await plugin.list?.()).toEqual([]);
    expect(await world.exists('foreign')).toBe(true);
  });
});

describe('watch', () => {
  it('tells of every change from the call on, soon after it', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    const controller = new AbortController();
    const events = plugin.watch!({ signal: controller.signal })[Symbol.asyncIterator]();
    expect((await events.next()).value).toHaveProperty('heartbeat');
    await world.writeState('pod-1', 'main', running);
    const first = await events.next();
    expect(first.value).toMatchObject({ UID: 'pod-1', containers: [{ state: { running: {} } }] });
    await world.writeState('pod-1', 'main', succeeded);
    expect((await events.next()).value).toMatchObject({ containers: [{ state: { terminated: { exitCode: 0 } } }] });
    controller.abort(new Error('enough'));
    await expect(events.next()).rejects.toThrow('enough');
  });

  it('gives a slow reader the latest state of each pod', async () => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    const events = plugin.watch!()[Symbol.asyncIterator]();
    expect((await events.next()).value).toHaveProperty('heartbeat');
    await world.writeState('pod-1', 'main', running);
    await statusOf(plugin);
    await world.writeState('pod-1', 'main', succeeded);
    await statusOf(plugin);
    expect((await events.next()).value).toMatchObject({ containers: [{ state: { terminated: { exitCode: 0 } } }] });
    await events.return?.(undefined);
  });
});

describe('logs', () => {
  const request = { Namespace: 'default', PodUID: 'pod-1', PodName: 'p', ContainerName: 'main' };
  it.each([
    [{ ...request, PodUID: 'unknown' }, 'PodUID'],
    [{ ...request, ContainerName: 'other' }, 'ContainerName'],
    [{ ...request, Opts: { Previous: true } }, 'Opts.Previous'],
  ])('of %j are not found', async (asked, field) => {
    await using world = await EngineWorld.create();
    const plugin = await world.start();
    await plugin.create(sampleData());
    await expect(plugin.logs(asked)).rejects.toMatchObject({ code: 'ILK_NOT_FOUND', field });
  });
});

describe('a job that somebody else ends', () => {
  const preempted = {
    phase: 'ended',
    word: 'PREEMPTED',
    endedBy: 'scheduler',
    reason: 'Preempted',
    message: 'job 1 was preempted',
  } as const;

  async function stopped(world: EngineWorld, exitCode: number) {
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    await world.writeStop('pod-1');
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    await world.writeState('pod-1', 'main', { ...succeeded, exitCode, reason });
    await world.writeOutcome('pod-1', 'Terminated');
    return plugin;
  }

  it.each([0, 143])('has the scheduler’s reason, also where its containers ended with %s', async (exitCode) => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await stopped(world, exitCode);
    world.scheduler.jobs.set('1', { phase: 'running', word: 'COMPLETING', uid: 'pod-1' });
    expect((await statusOf(plugin)).containers?.[0]?.state).toHaveProperty('running');
    world.scheduler.jobs.set('1', { ...preempted, uid: 'pod-1' });
    const status = await until(
      () => statusOf(plugin),
      ({ containers }) => containers?.[0]?.state?.terminated !== undefined,
    );
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({
      exitCode: 143,
      reason: 'Preempted',
      message: 'job 1 was preempted',
    });
    expect(status.interlink).toMatchObject({ state: 'known', reason: 'Preempted', jobState: 'ended' });
  });

  it('stays as it is while the scheduler does not answer, also over a restart', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    world.scheduler.askError = new UnavailableError('connection refused');
    await stopped(world, 0);
    const plugin = await world.start();
    await until(
      () => statusOf(plugin),
      ({ interlink }) => interlink?.state === 'unknown',
    );
    expect((await statusOf(plugin)).containers?.[0]?.state).toHaveProperty('running');
    world.scheduler.askError = undefined;
    world.scheduler.jobs.clear();
    const status = await until(
      () => statusOf(plugin),
      ({ containers }) => containers?.[0]?.state?.terminated !== undefined,
    );
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 143, reason: 'JobTerminated' });
  });

  it('keeps the exit codes of its containers when it is deleted', async () => {
    await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    await world.writeState('pod-1', 'main', running);
    await plugin.delete(samplePod());
    await world.writeStop('pod-1');
    await world.writeState('pod-1', 'main', succeeded);
    await world.writeOutcome('pod-1', 'Terminated');
    const status = await until(
      () => statusOf(plugin),
      ({ interlink }) => interlink?.state === 'gone',
    );
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });
});

it('takes what accounting knows of a job that the queue has forgotten', async () => {
  await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
  const plugin = await world.start();
  await plugin.create(sampleData());
  await world.writeState('pod-1', 'main', running);
  const ended = {
    phase: 'ended',
    word: 'OUT_OF_MEMORY',
    reason: 'OOMKilled',
    message: 'too much',
    exitCode: 137,
  } as const;
  world.scheduler.recalled.set('1', ended);
  world.scheduler.jobs.clear();
  const status = await until(
    () => statusOf(plugin),
    ({ containers }) => containers?.[0]?.state?.terminated !== undefined,
  );
  expect(status.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
});

it('never takes another job for a pod’s own, nor ends it, where a scheduler that crashed gave the id away', async () => {
  await using world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
  const plugin = await world.start();
  await plugin.create(sampleData());
  world.scheduler.jobs.set('1', { phase: 'running', word: 'RUNNING', uid: 'another-pod' });
  const status = await until(() => statusOf(plugin), isLost);
  expect(status.containers?.[0]?.state?.terminated?.reason).toBe('JobLost');
  await plugin.delete(samplePod());
  await until(
    () => statusOf(plugin),
    ({ interlink }) => interlink?.state === 'gone',
  );
  expect(world.scheduler.cancelled).toEqual([]);
});

describe('a pod with two jobs', () => {
  async function withRival(claim?: string) {
    const world = await EngineWorld.create({ queryIntervalSeconds: 0.05 });
    const plugin = await world.start();
    await plugin.create(sampleData());
    if (claim !== undefined) await world.writeFile('pod-1', 'job.id', `${claim}\n`);
    world.scheduler.jobs.set('77', { phase: 'running', word: 'RUNNING', uid: 'pod-1' });
    await until(
      () => Promise.resolve(world.scheduler.cancelled.length),
      (count) => count > 0,
    );
    return { world, plugin };
  }

  it('keeps the one whose runner came first, and that one counts', async () => {
    const { world, plugin } = await withRival('77');
    await using _world = world;
    expect(world.scheduler.cancelled[0]).toEqual({ id: '1', force: true });
    expect((await statusOf(plugin)).JID).toBe('77');
  });

  it('keeps the one in its record where no runner has come yet', async () => {
    const { world, plugin } = await withRival();
    await using _world = world;
    expect(world.scheduler.cancelled[0]).toEqual({ id: '77', force: true });
    expect((await statusOf(plugin)).JID).toBe('1');
  });
});
