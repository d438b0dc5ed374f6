import { chown } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createSteps, deleteSteps } from '@interlink/batch';
import { describeKilledPlugin, runKilledPlugin } from '@interlink/testbed';
import { describe, expect, it } from 'vitest';
import { container, dataOf, logOf, podWith, ProcessWorld } from './world.ts';

const program = fileURLToPath(new URL('killed-plugin.ts', import.meta.url));

describe('a plugin killed with SIGKILL', () => {
  describeKilledPlugin({
    it,
    program,
    steps: { create: createSteps, delete: deleteSteps },
    openWorld: async () => {
      const world = await ProcessWorld.create();
      return {
        options: { root: world.root },
        directory: world.root,
        start: () => world.start(),
        leftovers: () => world.processes(),
        [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
      };
    },
  });
});

describe('a plugin of a user without privileges', () => {
  it('mounts volumes in a user namespace', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'the other tests have shown it: they were not run as root');
    await using world = await ProcessWorld.create();
    const nobody = 65534;
    await chown(world.root, nobody, nobody);
    const pod = podWith({
      containers: [
        container({
          script: 'cat /interlink-test/v/k; touch /interlink-test/v/x || echo read-only',
          volumeMounts: [{ name: 'v', mountPath: '/interlink-test/v' }],
        }),
      ],
      volumes: [{ name: 'v', secret: { secretName: 's' } }],
    });
    const data = dataOf(pod, {
      secrets: [{ metadata: { name: 's' }, data: { k: Buffer.from('K\n').toString('base64') } }],
    });
    const prefix = [
      'setpriv',
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      '--clear-groups',
      'env',
      'HOME=/',
      'NODE_COMPILE_CACHE=',
    ];
    const run = await runKilledPlugin({ program, options: { root: world.root }, action: 'run', pods: [data], prefix });
    expect(run).toMatchObject({ errors: '', exitCode: 0 });
    const plugin = await world.start();
    expect(await logOf(plugin, pod)).toMatch(/^K\n.*read-only\n$/s);
  });
});
