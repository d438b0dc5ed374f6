import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type { VolumeMount } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { container, dataOf, exitCodes, logOf, podWith, ProcessWorld, ran } from './world.ts';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What a change of the host would show: names of the directories in which mount points are needed. */
async function hostNames(): Promise<string> {
  const names = await Promise.all(['/', '/etc', '/run', '/var', '/opt', '/srv', '/usr'].map((path) => readdir(path)));
  return JSON.stringify(names.map((list) => list.toSorted()));
}

describe('the message of a container', () => {
  it('is what it left at the path of the pod, with or without volumes', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const script = `echo 'no "space"' > /interlink-test/last-words; exit 3`;
    const pod = podWith({
      containers: [
        container({ script, terminationMessagePath: '/interlink-test/last-words' }),
        container({
          name: 'mounts',
          script,
          terminationMessagePath: '/interlink-test/last-words',
          volumeMounts: [{ name: 'v', mountPath: '/interlink-test' }],
        }),
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
    });
    const status = await ran(plugin, pod);
    expect(status.containers?.map(({ state }) => state?.terminated?.message)).toEqual(['no "space"', 'no "space"']);
    expect(await hostNames()).not.toContain('interlink-test');
  });
});

describe('volumes of a pod', () => {
  it('are not left through a link that another container put in the place of a subPath', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const script = 'ln -s /etc /interlink-test/part';
    const pod = podWith({
      initContainers: [
        container({ name: 'init', script, volumeMounts: [{ name: 'v', mountPath: '/interlink-test' }] }),
      ],
      containers: [
        container({ script: 'ls /part', volumeMounts: [{ name: 'v', mountPath: '/part', subPath: 'part' }] }),
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
    });
    const status = await ran(plugin, pod);
    expect(exitCodes(status)).toEqual([0, 125]);
    expect(status.containers?.[0]?.state?.terminated?.message).toContain('subPath');
    expect(await logOf(plugin, pod)).toBe('');
  });

  it('are at their mount paths for the container, and nowhere on the host', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const before = [await hostNames(), await readFile('/proc/self/mountinfo', 'utf8')];
    const mounts: VolumeMount[] = [
      { name: 'config', mountPath: '/interlink-test/config' },
      { name: 'config', mountPath: '/etc/interlink-test.conf', subPath: 'a.conf' },
      { name: 'secret', mountPath: '/opt/interlink-test/secret', readOnly: true },
      { name: 'api', mountPath: tokenPath, readOnly: true },
      { name: 'scratch', mountPath: '/interlink-test/scratch' },
      { name: 'scratch', mountPath: '/interlink-test/part', subPath: 'deep/part' },
    ];
    const script = `cd /interlink-test && cat config/a.conf config/sub/b /etc/interlink-test.conf /opt/interlink-test/secret/key ${tokenPath}/token &&
      stat -Lc %a /opt/interlink-test/secret/key && touch scratch/x part/y /interlink-test/z && ls scratch/deep/part && ls -d /etc/passwd /usr/bin/env /proc/self`;
    const pod = podWith({
      containers: [container({ script, volumeMounts: mounts })],
      volumes: [
        {
          name: 'config',
          configMap: {
            name: 'c',
            items: [
              { key: 'a', path: 'a.conf' },
              { key: 'b', path: 'sub/b' },
            ],
          },
        },
        { name: 'secret', secret: { secretName: 's', defaultMode: 0o440 } },
        { name: 'api', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
        { name: 'scratch', emptyDir: {} },
      ],
    });
    const status = await ran(plugin, pod, {
      configMaps: [{ metadata: { name: 'c' }, data: { a: 'A\n', b: 'B\n' } }],
      secrets: [{ metadata: { name: 's' }, data: { key: base64('S\n') } }],
      projectedvolumemaps: [{ metadata: { name: 'api' }, data: { token: 'T\n' } }],
    });
    expect(await logOf(plugin, pod)).toBe('A\nB\nA\nS\nT\n440\ny\n/etc/passwd\n/proc/self\n/usr/bin/env\n');
    expect(exitCodes(status)).toEqual([0]);
    expect([await hostNames(), await readFile('/proc/self/mountinfo', 'utf8')]).toEqual(before);
  });

  it('can be written only where the pod may', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const script = 'for d in config ro rw; do touch /m/$d/x 2>/dev/null && echo $d; done; true';
    const pod = podWith({
      containers: [
        container({
          script,
          volumeMounts: [
            { name: 'config', mountPath: '/m/config' },
            { name: 'e', mountPath: '/m/ro', readOnly: true },
            { name: 'e', mountPath: '/m/rw' },
          ],
        }),
      ],
      volumes: [
        { name: 'config', configMap: { name: 'c' } },
        { name: 'e', emptyDir: {} },
      ],
    });
    await ran(plugin, pod, { configMaps: [{ metadata: { name: 'c' }, data: { a: 'A' } }] });
    expect(await logOf(plugin, pod)).toBe('rw\n');
  });

  it('are shared by the containers of the pod, one inside another too', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const volumeMounts = [
      { name: 'inner', mountPath: '/shared/inner' },
      { name: 'outer', mountPath: '/shared' },
    ];
    const pod = podWith({
      initContainers: [
        container({ name: 'writer', script: 'echo i > /shared/inner/f; echo o > /shared/f', volumeMounts }),
      ],
      containers: [container({ script: 'cat /shared/f /shared/inner/f', volumeMounts })],
      volumes: [
        { name: 'outer', emptyDir: {} },
        { name: 'inner', emptyDir: { medium: 'Memory' } },
      ],
    });
    await ran(plugin, pod);
    expect(await logOf(plugin, pod)).toBe('o\ni\n');
  });

  it('may be paths of the host that the site allows, and no others', async () => {
    await using world = await ProcessWorld.create();
    const data = `${world.root}-data`;
    await mkdir(`${data}/allowed/in`, { recursive: true });
    await mkdir(`${data}/other`);
    await writeFile(`${data}/allowed/in/file`, 'host\n');
    await promisify(execFile)('ln', ['-s', `${data}/other`, `${data}/allowed/out`]);
    const plugin = await world.start({ policy: { hostPaths: [{ path: `${data}/allowed`, readOnly: true }] } });
    const pod = (path: string, uid: string) =>
      podWith(
        {
          containers: [
            container({ script: 'cat /h/file; touch /h/new || true', volumeMounts: [{ name: 'h', mountPath: '/h' }] }),
          ],
          volumes: [{ name: 'h', hostPath: { path } }],
        },
        uid,
      );
    const taken = pod(`${data}/allowed/in`, 'taken');
    await ran(plugin, taken);
    expect(await logOf(plugin, taken)).toMatch(/^host\n.*Read-only/s);
    for (const path of [
      `${data}/other`,
      `${data}/allowed/out`,
      `${data}/allowed/missing`,
      '/etc',
      `${data}/allowed-not`,
    ]) {
      await expect(plugin.create(dataOf(pod(path, 'refused')))).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
    }
    await promisify(execFile)('rm', ['-r', data]);
  });

  it('have files with any bytes, any names and the modes asked for', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    let count = 0;
    const key = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}$/);
    const content = fc.dictionary(key, fc.uint8Array({ maxLength: 50 }), { minKeys: 1, maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(0o400, 0o644, 0o755), async (files, mode) => {
        const script =
          'cd /v && for f in *; do echo "$f $(stat -Lc %a "./$f")"; od -An -v -tx1 "./$f" | tr -d " \\n"; echo; done';
        const pod = podWith(
          {
            containers: [container({ script, volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
            volumes: [{ name: 'v', secret: { secretName: 's', defaultMode: mode } }],
          },
          `pod-${(count += 1)}`,
        );
        const data = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, base64(bytes)]));
        await ran(plugin, pod, { secrets: [{ metadata: { name: 's' }, data }] });
        const expected = Object.entries(files).flatMap(([name, bytes]) => [
          `${name} ${mode.toString(8)}`,
          Buffer.from(bytes).toString('hex'),
        ]);
        expect((await logOf(plugin, pod)).split('\n').slice(0, -1).toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 8 },
    );
  });

  it('make a working directory that the host has not', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({ containers: [container({ script: 'pwd; touch here', workingDir: '/interlink-test/work' })] });
    expect(exitCodes(await ran(plugin, pod))).toEqual([0]);
    expect(await logOf(plugin, pod)).toBe('/interlink-test/work\n');
  });
});
