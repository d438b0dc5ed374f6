import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogStruct, Plugin, Pod, RetrievedPodData } from '@interlink/spec';
import { slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFor, podWith, startPlugin, waitForEnd, waitForStart } from './slurm-world.ts';
import { untilJob } from './pod-world.ts';

const startMilliseconds = 600_000;

async function logOf(plugin: Plugin, { metadata = {} }: Pod): Promise<string> {
  const { name = '', namespace = '', uid = '' } = metadata;
  const request: LogStruct = { Namespace: namespace, PodUID: uid, PodName: name, ContainerName: 'main', Opts: {} };
  const chunks: Uint8Array[] = [];
  for await (const chunk of await plugin.logs(request)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not reached: ${reached.toString()}`);
    await delay(100);
  }
}

/** A pod with a Secret at `/interlink-test`. */
function withSecret(uid: string, script: string): RetrievedPodData & { pod: Pod } {
  const volumes = [{ name: 's', secret: { secretName: 's', defaultMode: 0o400 } }];
  const { pod } = podWith(uid, script, { volumes });
  const containers = (pod.spec?.containers ?? []).map((container) => ({
    ...container,
    volumeMounts: [{ name: 's', mountPath: '/interlink-test' }],
  }));
  const secrets = [{ metadata: { name: 's' }, data: { key: Buffer.from('hunter2\n').toString('base64') } }];
  return { pod: { ...pod, spec: { ...pod.spec, containers } }, container: [{ name: 'main', secrets }] };
}

for (const kind of ['debian-13', 'host'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`jobs that do not see the work directory, on ${support.reason}`, () => {
    let cluster: SlurmCluster;
    let root: string;
    beforeAll(async () => {
      cluster = await startSlurm({ kind });
      // The machine of Debian 13 sees nothing of the host's files but the cluster's own directory.
      root = await mkdtemp(join(tmpdir(), 'slurm-shipped-'));
    }, startMilliseconds);
    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    });

    const start = (): Promise<Plugin> => {
      // The plugin's process in a job knows of the cluster by these words.
      const srun = ['env', ...Object.entries(cluster.environment).map(([name, value]) => `${name}=${value}`), 'srun'];
      const commands = { srun, wrapper: [] };
      return startPlugin(
        configFor(cluster, root, {
          runtime: 'none',
          sharedFileSystem: false,
          shipping: { deliverySeconds: 5 },
          queryIntervalSeconds: 1,
          commands,
        }),
      );
    };
    const leftOf = async (uid: string): Promise<string> =>
      (await cluster.run(['sh', '-c', `ls -d /tmp/interlink-${uid} 2>/dev/null; true`])).stdout;

    it('get new files, and ephemeral containers, while they run', async () => {
      await using plugin = await start();
      const seen =
        'until grep -q changed /interlink-test/key; do sleep 0.1; done; until [ -e /tmp/$MARK ]; do sleep 0.1; done';
      const data = withSecret(
        `updated-${kind}-${process.pid}`,
        `export MARK=mark-$PPID-${kind}; echo $MARK; ${seen}; rm /tmp/$MARK`,
      );
      await plugin.create(data);
      await waitForStart(plugin, data.pod);
      let mark = '';
      await until(async () => (mark = await logOf(plugin, data.pod).catch(() => '')) !== '');
      const secrets = [{ metadata: { name: 's' }, data: { key: Buffer.from('changed').toString('base64') } }];
      const command = ['/bin/sh', '-c', `touch /tmp/${mark.trim()}; exit 5`];
      const debug = { name: 'debugger', image: 'none', command };
      const pod: Pod = { ...data.pod, spec: { ...data.pod.spec!, ephemeralContainers: [debug] } };
      await plugin.update?.({ pod, container: [{ name: 'main', secrets }] });
      const status = await waitForEnd(plugin, data.pod);
      expect(status.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 0 });
      expect(status.ephemeralContainers?.[0]?.state?.terminated).toMatchObject({ exitCode: 5 });
      await plugin.delete(data.pod);
    });

    it('have their volumes, states, exit codes and logs, and leave nothing there', async () => {
      await using plugin = await start();
      const sees = kind === 'host' ? '' : `test ! -e ${root} && `;
      const data = withSecret(`shipped-${kind}`, `${sees}cat /interlink-test/key; echo out; exit 3`);
      const { pod } = data;
      await plugin.create(data);
      const status = await waitForEnd(plugin, pod);
      expect(status.containers?.[0]?.state?.terminated?.exitCode).toBe(3);
      expect(await logOf(plugin, pod)).toBe('hunter2\nout\n');
      await until(async () => (await leftOf(`shipped-${kind}`)) === '');
    });

    it('run once more when they were cut off and are requeued, and leave nothing there', async () => {
      const uid = `requeued-${kind}`;
      const mark = `/tmp/mark-${kind}-${process.pid}`;
      const plugin = await start();
      const { PodJID } = await plugin.create(
        withSecret(uid, `[ ! -e ${mark} ] || exit 0; touch ${mark}; while :; do sleep 0.1; done`),
      );
      await until(async () => (await cluster.run(['sh', '-c', `ls ${mark} 2>/dev/null; true`])).stdout !== '');
      // It would settle the end of a job that is over.
      await plugin[Symbol.asyncDispose]();
      await cluster.run(['scontrol', 'update', `JobId=${PodJID}`, 'Requeue=1']);
      await cluster.run(['scancel', '--signal=KILL', '--batch', PodJID]);
      await untilJob(cluster, PodJID, 'FAILED');
      expect(await leftOf(uid)).not.toBe('');
      await cluster.run(['scontrol', 'requeue', PodJID]);
      await untilJob(cluster, PodJID, 'PENDING');
      // By itself Slurm lets it wait for two minutes.
      await cluster.run(['scontrol', 'update', `JobId=${PodJID}`, 'StartTime=now']);
      await untilJob(cluster, PodJID, 'COMPLETED');
      expect(await leftOf(uid)).toBe('');
      await cluster.run(['rm', mark]);
    });

    it('go on while the plugin is away, and end in their grace period when they are deleted', async () => {
      const uid = `kept-${kind}`;
      const data = withSecret(
        uid,
        `trap 'echo bye; exit 0' TERM; echo one; while :; do sleep 0.1; test -e /interlink-test/key || exit 1; done`,
      );
      const { pod } = data;
      const first = await start();
      await first.create(data);
      await until(async () => (await logOf(first, pod).catch(() => '')) === 'one\n');
      await first[Symbol.asyncDispose]();
      await using second = await start();
      expect(await logOf(second, pod)).toBe('one\n');
      // The mirror must be there before the runner is told.
      await until(async () => (await second.status([pod]))[0]?.interlink?.jobState === 'RUNNING');
      await second.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 20 } });
      await until(async () => (await second.status([pod]))[0]?.interlink?.state === 'gone');
      expect(await logOf(second, pod)).toBe('one\nbye\n');
      await until(async () => (await leftOf(uid)) === '');
    });
  });
}
