import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pod, RetrievedPodData } from '@interlink/spec';
import { createLocalHost } from '@interlink/batch';
import { ensureTestImages, slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFor, newWorkDirectory, podWith, startPlugin, waitForEnd } from './slurm-world.ts';

const startMilliseconds = 600_000;

function withAnnotation(data: RetrievedPodData, name: string, value: string): RetrievedPodData {
  const metadata = { ...data.pod.metadata, annotations: { [`slurm-job.vk.io/${name}`]: value } };
  return { ...data, pod: { ...data.pod, metadata } };
}

function withVolume(data: RetrievedPodData, volume: object): RetrievedPodData {
  const { spec } = data.pod;
  const containers = (spec?.containers ?? []).map((one) => ({
    ...one,
    volumeMounts: [{ name: 'v', mountPath: '/v' }],
  }));
  const volumes = [{ name: 'v', ...volume }] as NonNullable<NonNullable<Pod['spec']>['volumes']>;
  return { ...data, pod: { ...data.pod, spec: { ...spec, containers, volumes } } };
}

const newPod = (script = 'true'): RetrievedPodData => podWith(randomUUID(), script);

const host = await slurmSupport('host');

describe.skipIf(!host.available)(`a pod that cannot be run, on ${host.reason}`, () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await startSlurm({ kind: 'host' });
  }, startMilliseconds);
  afterAll(() => cluster[Symbol.asyncDispose]());

  const flavors = [
    { name: 'small', cpus: 1 },
    { name: 'gpu', flags: ['--gres=gpu:1'] },
  ];
  const refused: Record<string, { data: RetrievedPodData; field: string; says: string }> = {
    'an unknown flavor': {
      data: withAnnotation(newPod(), 'flavor', 'huge'),
      field: 'pod.metadata.annotations[slurm-job.vk.io/flavor]',
      says: 'small',
    },
    'a flag that interLink sets': {
      data: withAnnotation(newPod(), 'flags', '--output=/tmp/elsewhere'),
      field: 'pod.metadata.annotations[slurm-job.vk.io/flags]',
      says: '--output is set by interLink',
    },
    'a flag that the site does not allow': {
      data: withAnnotation(newPod(), 'flags', '--qos=high --hold'),
      field: 'pod.metadata.annotations[slurm-job.vk.io/flags]',
      says: '--hold is not allowed on this site',
    },
    'a volume that nothing here can mount': {
      data: withVolume(newPod(), { nfs: { server: 'files.example', path: '/' } }),
      field: 'pod.spec.volumes[0].nfs',
      says: 'nfs',
    },
    'a path that the site does not share': {
      data: withVolume(newPod(), { hostPath: { path: '/etc' } }),
      field: 'pod.spec.volumes[0].hostPath',
      says: 'pod.spec.volumes[0].hostPath is not supported: ',
    },
  };
  it.each(Object.entries(refused))('is refused for %s, and leaves nothing behind', async (_, { data, field, says }) => {
    await using directory = await newWorkDirectory(cluster);
    await using plugin = await startPlugin(configFor(cluster, directory.path, { flavors }));
    await expect(plugin.create(data)).rejects.toMatchObject({
      retryable: false,
      field: expect.stringContaining(field) as string,
      message: expect.stringContaining(says) as string,
    });
    expect(await plugin.list?.()).toEqual([]);
  });

  it('waits while the disk is full, and says so', async ({ skip }) => {
    await using directory = await newWorkDirectory(cluster);
    const machine = createLocalHost();
    const mounted = await machine.run(['mount', '-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', directory.path]);
    skip(mounted.exitCode !== 0, 'this user may not mount a small file system');
    try {
      await using plugin = await startPlugin(configFor(cluster, directory.path));
      await writeFile(`${directory.path}/ballast`, Buffer.alloc(1024 * 1024)).catch(() => undefined);
      const data = newPod();
      await expect(plugin.create(data)).rejects.toMatchObject({
        retryable: true,
        message: 'the job directory cannot be written: the disk is full (ENOSPC)',
      });
      expect(await plugin.list?.()).toEqual([]);
      await rm(`${directory.path}/ballast`);
      await expect(plugin.create(data)).resolves.toMatchObject({ PodUID: data.pod.metadata?.uid });
    } finally {
      await machine.run(['umount', '--lazy', directory.path]);
    }
  });

  it('says what is wrong when the work directory is deleted under it', async () => {
    await using directory = await newWorkDirectory(cluster);
    const root = `${directory.path}/root`;
    const config = configFor(cluster, root, { queryIntervalSeconds: 0.5 });
    await using plugin = await startPlugin(config);
    const running = newPod('sleep 1');
    await plugin.create(running);
    await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    await expect(plugin.create(newPod())).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('the directory it belongs to is gone') as string,
    });
    await expect(plugin.ping()).resolves.toHaveProperty('status');
    const deadline = Date.now() + 60_000;
    for (;;) {
      const [status] = await plugin.status([running.pod]);
      // Whether it ran cannot be known any more, and that is what its pod says.
      if (/cannot be written: the directory it belongs to is gone/.test(status?.interlink?.message ?? '')) break;
      expect(status?.containers?.[0]?.state).not.toHaveProperty('terminated');
      if (Date.now() > deadline) expect(status).toBe('unknown');
      await delay(100);
    }
  });
});

const debian = await slurmSupport('debian-13');

describe.skipIf(!debian.available)(`an image that does not exist, on ${debian.reason}`, () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    const { directory } = await ensureTestImages();
    cluster = await startSlurm({ kind: 'debian-13', sharedDirectories: [directory] });
  }, startMilliseconds);
  afterAll(() => cluster[Symbol.asyncDispose]());

  it('is the reason of the container that needs it', async () => {
    await using directory = await newWorkDirectory(cluster);
    await using plugin = await startPlugin(configFor(cluster, directory.path, { images: { paths: ['/no'] } }));
    const { pod, ...objects } = newPod();
    const containers = (pod.spec?.containers ?? []).map((one) => ({ ...one, image: '/no/such/image.sif' }));
    const data = { ...objects, pod: { ...pod, spec: { ...pod.spec, containers } } };
    await plugin.create(data);
    const { containers: ended } = await waitForEnd(plugin, data.pod);
    expect(ended?.[0]?.state?.terminated).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('/no/such/image.sif') as string,
    });
  });
});
