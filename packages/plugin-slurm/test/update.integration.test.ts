import type { Pod, RetrievedContainer, RetrievedPodData } from '@interlink/spec';
import { slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  container,
  dataOf,
  hasEnded,
  isGone,
  isRunning,
  logOf,
  openPodWorld,
  podOf,
  states,
  statusOf,
  until,
} from './pod-world.ts';

const startMilliseconds = 600_000;
const untilStopped = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

function withObjects(pod: Pod, text: string): RetrievedPodData {
  const objects: Partial<RetrievedContainer> = { configMaps: [{ metadata: { name: 'c' }, data: { key: text } }] };
  return { pod, container: (dataOf(pod).container ?? []).map((sent) => ({ ...sent, ...objects })) };
}

function withDebug(pod: Pod, script: string): Pod {
  const debug = { name: 'debugger', image: 'none', command: ['/bin/sh', '-c', script] };
  return { ...pod, spec: { ...pod.spec!, ephemeralContainers: [debug] } };
}

for (const kind of ['host', 'debian-13'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`an update of a pod on ${support.reason}`, () => {
    let cluster: SlurmCluster;
    beforeAll(async () => {
      cluster = await startSlurm({ kind });
    }, startMilliseconds);
    afterAll(() => cluster[Symbol.asyncDispose]());

    // The other cluster's machine has no mount namespaces without a container runtime; the contract's updates are made there with one.
    it.skipIf(kind !== 'host')('reaches the files of a job that runs, and of one that is still queued', async () => {
      await using world = await openPodWorld(cluster);
      const volumes = [{ name: 'v', configMap: { name: 'c' } }];
      const volumeMounts = [{ name: 'v', mountPath: '/interlink-test' }];
      const script = 'echo up; until [ "$(cat /interlink-test/key)" = new ]; do sleep 0.1; done; echo seen';
      const spec = { volumes, containers: [container(script, { volumeMounts })] };
      const [running, queued] = [podOf(spec), podOf(spec, '--begin=now+1hour')];
      await world.plugin.create(withObjects(running, 'old'));
      const { PodJID } = await world.plugin.create(withObjects(queued, 'old'));
      await until(world.plugin, running, isRunning);
      await world.plugin.update?.(withObjects(running, 'new'));
      await world.plugin.update?.(withObjects(queued, 'new'));
      await until(world.plugin, running, hasEnded);
      expect(await logOf(world.plugin, running)).toBe('up\nseen\n');
      await cluster.run(['scontrol', 'update', `JobId=${PodJID}`, 'StartTime=now']);
      await until(world.plugin, queued, hasEnded);
      expect(await logOf(world.plugin, queued)).toBe('up\nseen\n');
    });

    it('starts an ephemeral container in the job, which outlives the plugin and ends with the pod', async () => {
      await using world = await openPodWorld(cluster);
      const pod = podOf({ containers: [container(untilStopped)] });
      await world.plugin.create(dataOf(pod));
      await until(world.plugin, pod, isRunning);
      const added = withDebug(pod, untilStopped);
      await world.plugin.update?.(dataOf(added));
      const next = await world.restart();
      await until(next, pod, ({ ephemeralContainers }) => ephemeralContainers?.[0]?.state?.running !== undefined);
      const streams = { stdout: () => Promise.resolve(), stderr: () => Promise.resolve() };
      const { uid = '', name = '' } = pod.metadata ?? {};
      const request = { namespace: 'default', podUid: uid, podName: name, containerName: 'debugger' };
      expect(await next.exec?.({ ...request, command: ['sh', '-c', 'exit 7'] }, streams)).toEqual({ exitCode: 7 });
      expect(states(await statusOf(next, pod)).map((state) => state?.running !== undefined)).toEqual([true]);
      await next.delete(pod);
      const status = await until(next, pod, isGone);
      expect(status.ephemeralContainers?.[0]?.state?.terminated).toMatchObject({ exitCode: 0 });
    });
  });
}
