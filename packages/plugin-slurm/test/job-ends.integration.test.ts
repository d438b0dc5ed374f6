import { isInterLinkError } from '@interlink/spec';
import { slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  container,
  dataOf,
  hasEnded,
  isRunning,
  openPodWorld,
  podOf,
  podRunning,
  states,
  statusOf,
  until,
  type PodWorld,
} from './pod-world.ts';

const startMilliseconds = 600_000;
const waits = 'while :; do sleep 0.1; done';
/** Ends well when it is told to: its exit code says nothing of why. */
const endsWell = `trap 'exit 0' TERM; ${waits}`;

for (const kind of ['host', 'debian-13'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`a pod whose job Slurm holds or ends, on ${support.reason}`, () => {
    let cluster: SlurmCluster;
    beforeAll(async () => {
      // A command that gets no answer takes MessageTimeout, and a slow scheduler is asked more seldom.
      const configuration = { SchedulerParameters: 'bf_interval=1,sched_interval=1', MessageTimeout: '2' };
      cluster = await startSlurm({ kind, configuration });
    }, startMilliseconds);
    afterAll(() => cluster[Symbol.asyncDispose]());

    async function running(world: PodWorld, script: string, flags?: string) {
      const pod = podRunning(script, flags);
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, isRunning);
      return { pod, id: PodJID };
    }

    it('waits with Slurm’s reason and the expected start', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podRunning('true', '--begin=now+1hour');
      const { PodJID } = await world.plugin.create(dataOf(pod));
      const status = await until(world.plugin, pod, ({ interlink }) => interlink?.reason === 'BeginTime');
      const { expectedStart = '' } = status.interlink ?? {};
      expect(Date.parse(expectedStart)).toBeGreaterThan(Date.now());
      expect(states(status)[0]?.waiting).toEqual({
        reason: 'BeginTime',
        message: `job ${PodJID} waits in the queue (BeginTime); expected to start at ${expectedStart}`,
      });
      await cluster.run(['scancel', PodJID]);
    });

    it('waits for resources that another has', async () => {
      await using world = await openPodWorld(cluster);
      const { pod: first } = await running(world, endsWell, '--nodes=2 --exclusive --time=10');
      const second = podRunning('true', '--time=10');
      await world.plugin.create(dataOf(second));
      const status = await until(world.plugin, second, ({ interlink }) => interlink?.reason === 'Resources');
      expect(states(status)[0]?.waiting?.message).toMatch(/^job \d+ waits in the queue \(Resources\)/);
      await world.plugin.delete(first);
      expect(states(await until(world.plugin, second, hasEnded))[0]?.terminated?.exitCode).toBe(0);
    });

    const outside = (id: string) => cluster.run(['scancel', id]);
    const limit = (id: string) => cluster.run(['scontrol', 'update', `JobId=${id}`, 'EndTime=now']);
    const preempt = () =>
      cluster.run([
        'sbatch',
        '--partition=high',
        '--nodelist=node1',
        '--exclusive',
        '--output=/dev/null',
        '--wrap=true',
      ]);
    const lose = () => cluster.run(['scontrol', 'update', 'NodeName=node1', 'State=DOWN', 'Reason=test']);

    it.each([
      ['is cancelled by somebody', outside, 'JobCancelled', 'was cancelled'],
      ['is over its time', limit, 'TimeLimit', 'reached its time limit'],
      ['has to make room', preempt, 'Preempted', 'was preempted by another job'],
      ['loses its node', lose, 'NodeFailed', 'was lost with its node'],
    ])('that %s says so, though its container ended well', async (_what, end, reason, message) => {
      await using world = await openPodWorld(cluster);
      const { pod, id } = await running(world, endsWell, '--partition=low --nodelist=node1 --exclusive --time=10');
      await end(id);
      const status = await until(world.plugin, pod, hasEnded);
      const { terminated } = states(status)[0] ?? {};
      expect(terminated).toMatchObject({ reason, message: expect.stringContaining(`job ${id} ${message}`) as string });
      expect(terminated?.exitCode).toBeGreaterThan(128);
      expect(status.interlink?.reason).toBe(reason);
    });

    it('that is cancelled before it starts has containers that never ran', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podRunning('true', '--begin=now+1hour');
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await outside(PodJID);
      const { terminated } = states(await until(world.plugin, pod, hasEnded))[0] ?? {};
      expect(terminated).toMatchObject({
        exitCode: 143,
        reason: 'JobCancelled',
        message: `job ${PodJID} was cancelled`,
      });
      expect(terminated?.startedAt).toBeUndefined();
    });

    it('that is suspended still runs', async () => {
      await using world = await openPodWorld(cluster);
      const { pod, id } = await running(world, endsWell);
      await cluster.run(['scontrol', 'suspend', id]);
      const status = await until(world.plugin, pod, ({ interlink }) => interlink?.reason === 'JobSuspended');
      expect(isRunning(status)).toBe(true);
      await cluster.run(['scontrol', 'resume', id]);
      await until(world.plugin, pod, ({ interlink }) => interlink?.reason === undefined);
      await outside(id);
      await until(world.plugin, pod, hasEnded);
    });

    it('keeps its state while Slurm cannot be asked, and says so', async () => {
      await using world = await openPodWorld(cluster);
      const { pod } = await running(
        world,
        `${endsWell.replace(waits, '')} while [ ! -e ${world.root}/go ]; do sleep 0.1; done`,
      );
      await cluster.stop('slurmctld');
      try {
        const status = await until(world.plugin, pod, ({ interlink }) => interlink?.state === 'unknown');
        expect(isRunning(status)).toBe(true);
        // Also "Connection reset by peer", of a daemon that is just going.
        expect(status.interlink?.message).toContain('slurm_load_jobs error: ');
        await expect(world.plugin.create(dataOf(podRunning('true')))).rejects.toMatchObject({ retryable: true });
      } finally {
        await cluster.start('slurmctld');
      }
      await until(world.plugin, pod, ({ interlink }) => interlink?.state === 'known');
      expect(isRunning(await statusOf(world.plugin, pod))).toBe(true);
      await cluster.run(['touch', `${world.root}/go`]);
      expect(states(await until(world.plugin, pod, hasEnded))[0]?.terminated?.exitCode).toBe(0);
    });
  });

  describe.skipIf(!support.available)(`a pod over its memory, on ${support.reason}`, () => {
    let cluster: SlurmCluster | undefined;
    let missing = '';
    beforeAll(async () => {
      try {
        cluster = await startSlurm({ kind, nodes: 1, memoryLimits: 'cgroup' });
      } catch (error) {
        if (!isInterLinkError(error) || error.code !== 'ILK_UNAVAILABLE') throw error;
        missing = error.message;
      }
    }, startMilliseconds);
    afterAll(() => cluster?.[Symbol.asyncDispose]());

    it('has its container killed', async ({ skip }) => {
      if (!cluster) return skip(missing);
      await using world = await openPodWorld(cluster);
      // It keeps what it reads until a line ends.
      const resources = { limits: { memory: '60Mi' } };
      const pod = podOf({ containers: [container('', { command: ['tail', '/dev/zero'], resources })] });
      await world.plugin.create(dataOf(pod));
      const { terminated } = states(await until(world.plugin, pod, hasEnded))[0] ?? {};
      expect(terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    });
  });
}
