import { createBatchPlugin, createLocalHost, createNoneRuntime, type MountNamespaces } from '@interlink/batch';
import { silentLogger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { createLocalScheduler } from '../src/index.ts';
import { container, dataOf, ended, exitCodes, gone, logOf, podWith, ProcessWorld, statusOf, until } from './world.ts';

type Kind = MountNamespaces['kind'];

function start(root: string, namespaces: MountNamespaces): Promise<Plugin> {
  const host = createLocalHost();
  return createBatchPlugin({
    name: 'process',
    scheduler: createLocalScheduler({ root, queryIntervalSeconds: 0.5 }),
    runtime: createNoneRuntime({ host, namespaces }),
    host,
    root,
    logger: silentLogger,
  });
}

async function isPossible(kind: Kind): Promise<boolean> {
  const host = createLocalHost();
  const [program, ...rest] = {
    root: ['unshare', '--mount', 'true'],
    user: ['unshare', '--user', '--map-root-user', '--mount', 'true'],
    bubblewrap: ['bwrap', '--bind', '/', '/', 'true'],
    unavailable: ['true'],
  }[kind];
  return await host.run([program!, ...rest]).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

describe.each(['root', 'user', 'bubblewrap'] as const)('a mount namespace by %s', (kind) => {
  const volumeMounts = [
    { name: 'v', mountPath: '/interlink-test/rw' },
    { name: 'c', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    { name: 'm', mountPath: '/interlink-test/memory', readOnly: true },
    { name: 'm', mountPath: '/interlink-test/part', subPath: 'made/here' },
  ];
  const volumes = [
    { name: 'v', emptyDir: {} },
    { name: 'c', configMap: { name: 'c' } },
    { name: 'm', emptyDir: { medium: 'Memory' } },
  ];
  const objects = { configMaps: [{ metadata: { name: 'c' }, data: { k: 'K\n' } }] };
  const script = `trap 'echo bye; exit 5' TERM; cat /run/secrets/kubernetes.io/serviceaccount/k; echo x > /interlink-test/rw/f && cat /interlink-test/rw/f
    touch /run/secrets/kubernetes.io/serviceaccount/new 2>/dev/null && echo writable; touch /interlink-test/memory/new 2>/dev/null && echo writable
    touch /interlink-test/part/m && ls /interlink-test/memory/made/here; cat /etc/hostname > /dev/null && echo up; while :; do sleep 0.1; done`;

  it('shows the volumes, passes SIGTERM on and gives the exit code', async ({ skip }) => {
    skip(!(await isPossible(kind)), `this machine does not allow it`);
    await using world = await ProcessWorld.create();
    await using plugin = await start(world.root, { kind });
    const pod = podWith({ volumes, containers: [container({ script, volumeMounts })] });
    await plugin.create(dataOf(pod, objects));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'K\nx\nm\nup\n',
    );
    await plugin.delete(pod);
    await gone(plugin, pod);
    expect(await logOf(plugin, pod)).toBe('K\nx\nm\nup\nbye\n');
    expect(exitCodes(await statusOf(plugin, pod))).toEqual([5]);
  });

  it('gives the exit code of a container that ends by itself', async ({ skip }) => {
    skip(!(await isPossible(kind)), `this machine does not allow it`);
    await using world = await ProcessWorld.create();
    await using plugin = await start(world.root, { kind });
    const pod = podWith({ volumes, containers: [container({ script: 'exit 3', volumeMounts })] });
    await plugin.create(dataOf(pod, objects));
    expect(exitCodes(await ended(plugin, pod))).toEqual([3]);
  });
});
