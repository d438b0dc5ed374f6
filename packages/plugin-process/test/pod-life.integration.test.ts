import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  container,
  dataOf,
  ended,
  exitCodes,
  gone,
  logOf,
  podWith,
  ProcessWorld,
  ran,
  statusOf,
  until,
} from './world.ts';

const waits = 'echo up; while :; do sleep 0.1; done';
const isRunning = (status: Awaited<ReturnType<typeof statusOf>>) =>
  status.containers?.[0]?.state?.running !== undefined;

describe('a pod as processes', () => {
  it('runs init containers, then main containers, and reports every exit code', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({
      initContainers: [container({ name: 'prep', script: 'echo prepared' })],
      containers: [container({ name: 'good', script: 'echo fine' }), container({ name: 'bad', script: 'exit 9' })],
    });
    const status = await ran(plugin, pod);
    expect(exitCodes(status)).toEqual([0, 0, 9]);
    expect(status.containers?.[1]?.state?.terminated).toMatchObject({ reason: 'Error', exitCode: 9 });
    expect(await logOf(plugin, pod, 'prep')).toBe('prepared\n');
    expect(await logOf(plugin, pod, 'good')).toBe('fine\n');
  });

  it('is announced with its capacity, features and container runtime', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ capacity: { cpuCores: 12, pods: 7, extended: { 'example.org/gpu': 2 } } });
    expect(await plugin.ping()).toMatchObject({
      resources: { cpu: '12', pods: '7', accelerators: [{ resourceType: 'example.org/gpu', available: 2 }] },
      interlink: {
        version: 1,
        features: ['events', 'list', 'exec', 'attach', 'portForward', 'stats', 'update'],
        labels: { 'interlink.eu/container-runtime': 'none' },
      },
    });
  });

  it('is as ready as its probe says, and says what it said', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const path = `${world.root}/ready`;
    const readinessProbe = { exec: { command: ['cat', path] }, periodSeconds: 1, failureThreshold: 1 };
    const pod = podWith({ containers: [container({ script: waits, readinessProbe })] });
    await plugin.create(dataOf(pod));
    const unready = await until(
      () => statusOf(plugin, pod),
      ({ interlink }) => interlink?.reason === 'Unhealthy',
    );
    expect(unready.containers?.[0]).toMatchObject({ started: true, ready: false });
    expect(unready.interlink?.message).toBe(
      `container main: Readiness probe failed: cat: ${path}: No such file or directory`,
    );
    await writeFile(path, '');
    const ready = await until(
      () => statusOf(plugin, pod),
      ({ containers }) => containers?.[0]?.ready === true,
    );
    expect(ready.interlink?.reason).toBeUndefined();
  });

  it('is ended for its liveness probe after its preStop hook, and started again', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { restartBackoffSeconds: { initial: 1, maximum: 1 } } });
    const path = `${world.root}/alive`;
    const main = container({
      script: waits,
      livenessProbe: { exec: { command: ['test', '-e', path] }, periodSeconds: 1, failureThreshold: 1 },
      lifecycle: { preStop: { exec: { command: ['touch', path] } } },
    });
    const pod = podWith({ restartPolicy: 'Always', containers: [main] });
    await plugin.create(dataOf(pod));
    const status = await until(
      () => statusOf(plugin, pod),
      ({ containers }) => containers?.[0]?.restartCount === 1 && containers[0].ready,
    );
    expect(status.containers?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 143,
      message: 'Liveness probe failed: ; the container was ended for it',
    });
  });

  it('gets nothing of the plugin’s environment', async () => {
    await using world = await ProcessWorld.create();
    process.env['INTERLINK_TEST_SECRET'] = 'hidden';
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ command: ['env', '-0'], env: [{ name: 'A', value: 'b\nc' }] })] });
    await ran(plugin, pod);
    const variables = (await logOf(plugin, pod)).split('\0').slice(0, -1);
    expect(variables.map((text) => text.split('=')[0]).toSorted()).toEqual(['A', 'HOME', 'HOSTNAME', 'PATH']);
    expect(variables).toContain('A=b\nc');
    delete process.env['INTERLINK_TEST_SECRET'];
  });

  it('is seen to end soon after it ended', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ script: 'sleep 1; date +%s%3N' })] });
    const seen = (async () => {
      for await (const event of plugin.watch!()) {
        if ('UID' in event && event.containers?.[0]?.state?.terminated) return Date.now();
      }
      return Infinity;
    })();
    await plugin.create(dataOf(pod));
    const seenAt = await seen;
    // Not a measurement: a poll of two seconds would be seen, a busy machine would not.
    expect(seenAt - Number(await logOf(plugin, pod))).toBeLessThan(1500);
  });

  it('restarts a failing container by its policy, with the log of the run before', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { restartBackoffSeconds: { initial: 1, maximum: 1 } } });
    const script = 'echo try; [ -e flag ] && exit 0; touch flag; exit 3';
    const pod = podWith({ restartPolicy: 'OnFailure', containers: [container({ script, workingDir: world.root })] });
    const status = await ran(plugin, pod);
    expect(status.containers?.[0]).toMatchObject({
      restartCount: 1,
      state: { terminated: { exitCode: 0 } },
      lastState: { terminated: { exitCode: 3 } },
    });
    expect(await logOf(plugin, pod, 'main', { Previous: true })).toBe('try\n');
  });

  it('is ended by activeDeadlineSeconds', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ activeDeadlineSeconds: 1, containers: [container({ script: 'sleep 600' })] });
    const status = await ran(plugin, pod);
    expect(status.interlink?.reason).toBe('DeadlineExceeded');
    expect(exitCodes(status)).toEqual([143]);
  });

  it('says of a command that does not exist', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const status = await ran(plugin, podWith({ containers: [container({ command: ['no-such-command'] })] }));
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({
      exitCode: 127,
      reason: 'StartError',
      message: 'the command was not found',
    });
  });
});

describe('logs of a running pod', () => {
  it('are followed to the end of the container', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ script: 'for i in 1 2 3; do echo line $i; sleep 0.2; done' })] });
    await plugin.create(dataOf(pod));
    expect(await logOf(plugin, pod, 'main', { Follow: true })).toBe('line 1\nline 2\nline 3\n');
  });

  it('have the times at which their lines were written', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ script: 'echo one; sleep 1.5; echo two' })] });
    await ran(plugin, pod);
    const lines = (await logOf(plugin, pod, 'main', { Timestamps: true })).trim().split('\n');
    const [first, second] = lines.map((line) => Date.parse(line.split(' ')[0]!));
    expect(second! - first!).toBeGreaterThan(500);
    expect(await logOf(plugin, pod, 'main', { TailLines: 1 })).toBe('two\n');
  });
});

describe('delete of a running pod', () => {
  it('lets it end by itself, and leaves no process, no file and no mount', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { retentionSeconds: 0 } });
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    const pod = podWith({
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        container({
          script: `trap 'echo bye; exit 0' TERM; ${waits}`,
          volumeMounts: [{ name: 'v', mountPath: '/interlink/v' }],
        }),
      ],
    });
    await plugin.create(dataOf(pod));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\n',
    );
    await plugin.delete(pod);
    await gone(plugin, pod);
    await until(
      () => world.processes(),
      (all) => all.length === 0,
    );
    await until(
      () => readdir(world.root),
      (names) => names.length === 2,
    );
    expect(await readdir(`${world.root}/changed`)).toEqual([]);
    expect(await readFile('/proc/self/mounts', 'utf8')).toBe(mounts);
  });

  it('kills what ignores SIGTERM after the grace period of the delete', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ script: `trap '' TERM; ${waits}` })] });
    await plugin.create(dataOf(pod));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\n',
    );
    await plugin.delete({ ...pod, metadata: { ...pod.metadata!, deletionGracePeriodSeconds: 1 } });
    await gone(plugin, pod);
    expect(exitCodes(await statusOf(plugin, pod))).toEqual([137]);
    expect(await world.processes()).toEqual([]);
  });

  it('kills a runner that hangs, and all that it started', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { killAfterGraceSeconds: 0.2 } });
    const pod = podWith({ containers: [container({ script: waits, env: [{ name: 'WORLD', value: world.root }] })] });
    const { PodJID } = await plugin.create(dataOf(pod));
    await until(() => statusOf(plugin, pod), isRunning);
    process.kill(Number(PodJID.split('-')[0]), 'SIGSTOP');
    await plugin.delete({ ...pod, metadata: { ...pod.metadata!, deletionGracePeriodSeconds: 0 } });
    await gone(plugin, pod);
    await until(
      () => world.processes(),
      (all) => all.length === 0,
    );
  });
});

describe('a plugin that starts again', () => {
  it('finds running pods running, and the exit codes of those that ended without it', async () => {
    await using world = await ProcessWorld.create();
    const first = await world.start();
    const short = podWith({ containers: [container({ script: 'sleep 0.3; exit 6' })] }, 'short');
    const long = podWith({ containers: [container({ script: waits })] }, 'long');
    for (const pod of [short, long]) await first.create(dataOf(pod));
    await first[Symbol.asyncDispose]();
    await until(() => world.exists('short', 'outcome.json'), Boolean);
    const second = await world.start();
    expect(exitCodes(await statusOf(second, short))).toEqual([6]);
    expect(isRunning(await until(() => statusOf(second, long), isRunning))).toBe(true);
    expect(await second.create(dataOf(long))).toMatchObject({ PodUID: 'long' });
    await second.delete(long);
    await gone(second, long);
    expect(await world.processes()).toEqual([]);
  });

  it('reports a job whose runner was killed, and ends what that left', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ script: waits, env: [{ name: 'WORLD', value: world.root }] })] });
    const { PodJID } = await plugin.create(dataOf(pod));
    await until(() => statusOf(plugin, pod), isRunning);
    process.kill(Number(PodJID.split('-')[0]), 'SIGKILL');
    const status = await ended(plugin, pod);
    expect(status.interlink?.reason).toBe('JobLost');
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'JobLost' });
    await until(
      () => world.processes(),
      (all) => all.length === 0,
    );
  });
});
