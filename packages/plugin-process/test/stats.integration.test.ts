import type { ContainerStats, Plugin, PluginStats } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { container, dataOf, podWith, ProcessWorld, statusOf, until } from './world.ts';

let world: ProcessWorld;
let plugin: Plugin;
beforeEach(async () => {
  world = await ProcessWorld.create();
  plugin = await world.start();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const stats = async (): Promise<PluginStats> => (await plugin.stats!()) as unknown as PluginStats;
const of = async (name: string): Promise<ContainerStats | undefined> =>
  (await stats()).pods.flatMap(({ containers }) => containers).find((found) => found.name === name);

const megabyte = 1024 * 1024;
/** Fills memory and waits, in a session of its own. */
const eater = ['python3', '-c', `data = b"x" * ${64 * megabyte}\nimport time\ntime.sleep(1000)`];

describe('stats of the process plugin', () => {
  it('announces them', async () => {
    expect((await plugin.ping()).interlink?.features).toContain('stats');
  });

  it('shows who burns processor time and who sleeps', async () => {
    const burner = container({ name: 'burner', script: 'while :; do :; done' });
    const pod = podWith({ containers: [burner, container({ name: 'sleeper', script: 'sleep 1000' })] });
    await plugin.create(dataOf(pod));
    const burning = await until(
      () => of('burner'),
      (found) => (found?.cpu?.usageCoreNanoSeconds ?? 0) > 0.5e9 && found?.cpu?.usageNanoCores !== undefined,
    );
    // Whatever else the machine does: it has had some of one core, and no more than one.
    expect(burning?.cpu?.usageNanoCores).toBeGreaterThan(0);
    expect(burning?.cpu?.usageNanoCores).toBeLessThan(1.2e9);
    const sleeping = await of('sleeper');
    expect(sleeping?.cpu?.usageCoreNanoSeconds).toBeGreaterThan(0);
    expect(sleeping?.cpu?.usageCoreNanoSeconds).toBeLessThan(0.4e9);
    const { pods } = await stats();
    expect(pods).toHaveLength(1);
    expect(pods[0]).toMatchObject({ podRef: { name: 'name-of-pod-1', namespace: 'default', uid: 'pod-1' } });
    expect(pods[0]?.cpu?.usageCoreNanoSeconds).toBe(
      pods[0]?.containers.reduce((sum, { cpu }) => sum + (cpu?.usageCoreNanoSeconds ?? 0), 0),
    );
  });

  it('counts the memory of a process that has left the session of its container', async () => {
    const pod = podWith({ containers: [container({ command: ['setsid', '--wait', ...eater] })] });
    await plugin.create(dataOf(pod));
    const found = await until(
      () => of('main'),
      (one) => (one?.memory?.rssBytes ?? 0) > 64 * megabyte,
    );
    expect(found?.memory?.workingSetBytes).toBeGreaterThanOrEqual(found?.memory?.rssBytes ?? Infinity);
    expect(found?.memory?.workingSetBytes).toBeLessThan(200 * megabyte);
  });

  it('has nothing of a pod that has ended', async () => {
    const pod = podWith();
    await plugin.create(dataOf(pod));
    await until(
      () => statusOf(plugin, pod),
      ({ interlink }) => interlink?.jobState === 'ended',
    );
    await until(stats, ({ pods }) => pods.length === 0);
  });

  it('keeps the time of runs that have ended in that of the pod', async () => {
    const restarting = container({
      name: 'again',
      script: 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; sleep 1.5; exit 1',
    });
    const pod = podWith({
      restartPolicy: 'Always',
      containers: [restarting, container({ name: 'sleeper', script: 'sleep 1000' })],
    });
    await plugin.create(dataOf(pod));
    let most = 0;
    const falls: number[] = [];
    await until(
      async () => {
        const now = (await stats()).pods[0]?.cpu?.usageCoreNanoSeconds;
        if (now !== undefined && now < most) falls.push(now);
        most = Math.max(most, now ?? 0);
        return (await statusOf(plugin, pod)).containers?.[0]?.restartCount ?? 0;
      },
      (restarts) => restarts >= 1,
    );
    const after = await until(
      async () => (await stats()).pods[0]?.cpu?.usageCoreNanoSeconds ?? 0,
      (now) => now > 0,
    );
    expect(falls).toEqual([]);
    expect(after).toBeGreaterThanOrEqual(most);
  });
});
