import { readFile, stat } from 'node:fs/promises';
import { slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  container,
  dataOf,
  hasEnded,
  isGone,
  isRunning,
  jobField,
  logOf,
  openPodWorld,
  podOf,
  podRunning,
  states,
  statusOf,
  until,
  untilJob,
} from './pod-world.ts';

const startMilliseconds = 600_000;
const waits = 'echo up; while :; do sleep 0.1; done';

for (const kind of ['host', 'debian-13'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`a pod on ${support.reason}`, () => {
    let cluster: SlurmCluster;
    beforeAll(async () => {
      cluster = await startSlurm({ kind });
    }, startMilliseconds);
    afterAll(() => cluster[Symbol.asyncDispose]());

    it('runs init containers, then main containers, and has every exit code and log', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podOf({
        initContainers: [container('echo prepared', { name: 'prep' })],
        containers: [container('echo fine', { name: 'good' }), container('exit 9', { name: 'bad' })],
      });
      const { PodJID } = await world.plugin.create(dataOf(pod));
      const status = await until(world.plugin, pod, hasEnded);
      expect(status.JID).toBe(PodJID);
      expect(states(status).map((state) => state?.terminated?.exitCode)).toEqual([0, 0, 9]);
      expect(await logOf(world.plugin, pod, 'prep')).toBe('prepared\n');
      expect(await logOf(world.plugin, pod, 'good')).toBe('fine\n');
      expect(await jobField(cluster, PodJID, 'Name')).toBe('default-a-pod');
    });

    it('asks for what its containers ask for', async () => {
      await using world = await openPodWorld(cluster);
      const resources = { limits: { cpu: '2500m', memory: '300Mi', 'nvidia.com/gpu': '2' } };
      const script = 'echo $CUDA_VISIBLE_DEVICES';
      const pod = podOf({ containers: [container(script, { resources })] }, '--time=5 --partition=high');
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, hasEnded);
      expect(await logOf(world.plugin, pod)).toBe('0,1\n');
      const wanted = { 'cpus-per-task': '3', MinMemory: '300M', TimeLimit: '5:00', Partition: 'high' };
      for (const [field, value] of Object.entries(wanted)) expect(await jobField(cluster, PodJID, field)).toBe(value);
    });

    it('is announced with what the cluster has', async () => {
      await using world = await openPodWorld(cluster);
      expect(await world.plugin.ping()).toMatchObject({
        resources: {
          cpu: '32',
          memory: String(2 * 32_000 * 1024 ** 2),
          accelerators: [{ resourceType: 'nvidia.com/gpu', available: 8 }],
        },
      });
    });

    it('is followed whatever its author calls the job', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podRunning(waits, '--job-name="mine | interlink:x"');
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, isRunning);
      expect(await jobField(cluster, PodJID, 'Name')).toBe('mine | interlink:x');
      const next = await world.restart();
      expect(isRunning(await until(next, pod, isRunning))).toBe(true);
      await cluster.run(['scancel', PodJID]);
      expect((await until(next, pod, hasEnded)).interlink?.reason).toBe('JobCancelled');
    });

    it('runs although sbatch has a warning', async () => {
      await using world = await openPodWorld(cluster);
      // Slurm takes the option, says on standard error that it does nothing with it, and queues the job.
      const pod = podRunning('echo fine', '--core-spec=1');
      await world.plugin.create(dataOf(pod));
      expect(states(await until(world.plugin, pod, hasEnded))[0]?.terminated?.exitCode).toBe(0);
      expect(await world.plugin.list?.()).toHaveLength(1);
    });

    it('runs below a path with spaces and percent signs', async () => {
      await using world = await openPodWorld(cluster, { workDirectory: 'a b%j%%u' });
      const pod = podRunning('echo fine');
      await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, hasEnded);
      expect(await logOf(world.plugin, pod)).toBe('fine\n');
      expect((await stat(`${world.root}/${pod.metadata?.uid}/job.out`)).isFile()).toBe(true);
    });

    it.each([
      [
        'one CPU more than a node has',
        { cpu: '17' },
        'the pod asks for 17 CPUs, and no node of the cluster has more than 16',
      ],
      ['more memory than a node has', { memory: '32001Mi' }, 'no node of the cluster has more than 32000 MiB'],
      ['more GPUs than a node has', { 'nvidia.com/gpu': '5' }, 'Requested node configuration is not available'],
      ['a resource that the site does not know', { 'x.org/y': '1' }, 'jobs cannot ask for x.org/y on this site'],
    ])('that asks for %s is refused, naming the field', async (_what, limits, message) => {
      await using world = await openPodWorld(cluster);
      const pod = podOf({ containers: [container('true', { resources: { limits } })] });
      await expect(world.plugin.create(dataOf(pod))).rejects.toMatchObject({
        retryable: false,
        field: 'pod.spec.containers[].resources',
        message: expect.stringMatching(
          new RegExp(`^pod\\.spec\\.containers\\[\\]\\.resources: .*${message}`),
        ) as string,
      });
      expect(await world.plugin.list?.()).toEqual([]);
    });

    it.each([
      ['--partition=nowhere', 'Invalid partition name specified'],
      ['--constraint=quantum', 'Invalid feature specification'],
      ['--time=long', 'Invalid --time specification'],
    ])('with the flag %s is refused in the words of Slurm', async (flags, message) => {
      await using world = await openPodWorld(cluster);
      await expect(world.plugin.create(dataOf(podRunning('true', flags)))).rejects.toMatchObject({
        code: 'ILK_BACKEND',
        field: 'pod.metadata.annotations[slurm-job.vk.io/flags]',
        message: expect.stringContaining(message) as string,
      });
      expect(await world.plugin.list?.()).toEqual([]);
    });

    it('that waits in the queue is gone when it is deleted', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podRunning('true', '--begin=now+1hour');
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await world.plugin.delete(pod);
      await until(world.plugin, pod, isGone);
      expect(await jobField(cluster, PodJID, 'State')).toBe('CANCELLED');
    });

    it('that is deleted ends its containers in order, with their grace period, and keeps their logs', async () => {
      await using world = await openPodWorld(cluster);
      const order = `${world.root}/order`;
      const ends = (name: string) =>
        `trap 'echo ${name} >> ${order}; echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done`;
      const pod = podOf({
        initContainers: [container(ends('sidecar'), { name: 'side', restartPolicy: 'Always' })],
        containers: [container(ends('main'))],
      });
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, isRunning);
      await expect.poll(() => logOf(world.plugin, pod), { timeout: 30_000 }).toBe('up\n');
      await world.plugin.delete(pod);
      await until(world.plugin, pod, isGone);
      // A plain scancel signals all processes at once.
      expect(await readFile(order, 'utf8')).toBe('main\nsidecar\n');
      expect(await logOf(world.plugin, pod)).toBe('up\nbye\n');
      await untilJob(cluster, PodJID, 'COMPLETED');
    });

    it('that does not want to end is killed after its grace period', async () => {
      await using world = await openPodWorld(cluster, { killAfterGraceSeconds: 1 });
      const pod = podRunning(`trap '' TERM; ${waits}`);
      const { PodJID } = await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, isRunning);
      await world.plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 1 } });
      await until(world.plugin, pod, isGone);
      expect(await jobField(cluster, PodJID, 'State')).not.toBe('RUNNING');
    });

    it('that nobody knows can be deleted', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podRunning('true');
      await world.plugin.delete(pod);
      expect(isGone(await statusOf(world.plugin, pod))).toBe(true);
    });

    it('runs on while the plugin is restarted, and its end is found', async () => {
      await using world = await openPodWorld(cluster);
      const short = podRunning('sleep 0.3; exit 6');
      const long = podRunning(waits);
      for (const pod of [short, long]) await world.plugin.create(dataOf(pod));
      await until(world.plugin, long, isRunning);
      const next = await world.restart();
      expect(states(await until(next, short, hasEnded))[0]?.terminated?.exitCode).toBe(6);
      expect(isRunning(await statusOf(next, long))).toBe(true);
      await next.delete(long);
      await until(next, long, isGone);
    });
  });
}
