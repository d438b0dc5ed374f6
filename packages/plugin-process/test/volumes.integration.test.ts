import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { PodSpec, RetrievedContainer, VolumeMount } from '@interlink/spec';
import { container, dataOf, ended, exitCodes, logOf, podWith, ProcessWorld, ran, until } from './world.ts';

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Prints mode and bytes of every file below a directory, sorted, and the modes of directories; not what a kubelet keeps for itself, either. */
const show =
  'cd "$1" && find -L . -mindepth 1 -name "..?*" -prune -o -mindepth 1 -print | sort | while IFS= read -r f; do printf "%s %s" "$(stat -Lc %a "$f")" "$f"; [ -d "$f" ] || printf " %s" "$(od -An -v -tx1 "$f" | tr -d " \\n")"; echo; done';

interface Case {
  readonly spec?: Partial<PodSpec>;
  readonly script?: string;
  readonly mounts?: VolumeMount[];
  readonly env?: { name: string; value: string }[];
  readonly objects?: Partial<RetrievedContainer>;
}

/** The log of a container that looks at its volumes. */
async function seen({ spec, script = show, mounts, env, objects }: Case): Promise<string> {
  await using world = await ProcessWorld.create();
  const plugin = await world.start();
  const volumeMounts = mounts ?? [{ name: 'v', mountPath: '/interlink-test' }];
  const command = ['sh', '-ec', script, 'sh', '/interlink-test'];
  const pod = podWith({ containers: [container({ command, volumeMounts, ...(env ? { env } : {}) })], ...spec });
  const status = await ran(plugin, pod, objects);
  expect(exitCodes(status)).toEqual([0]);
  return await logOf(plugin, pod);
}

const hex = (text: string | Uint8Array) => Buffer.from(text).toString('hex');

describe('a volume of an object', () => {
  it('has text and binary keys byte for byte, at their paths, with their modes', async () => {
    const items = [
      { key: 'text', path: 'deep/er/text', mode: 0o400 },
      { key: 'bytes', path: 'bytes' },
    ];
    const spec = { volumes: [{ name: 'v', configMap: { name: 'c', items, defaultMode: 0o750 } }] };
    const configMaps = [
      { metadata: { name: 'c' }, data: { text: 'ß\\n$(X)\r\n', other: '' }, binaryData: { bytes: base64(allBytes) } },
    ];
    expect(await seen({ spec, objects: { configMaps } })).toBe(
      `750 ./bytes ${hex(allBytes)}\n755 ./deep\n755 ./deep/er\n400 ./deep/er/text ${hex('ß\\n$(X)\r\n')}\n`,
    );
  });

  it('has a secret byte for byte, with the default mode of a kubelet', async () => {
    const spec = { volumes: [{ name: 'v', secret: { secretName: 's' } }] };
    const secrets = [{ metadata: { name: 's' }, data: { key: base64(allBytes), empty: '' } }];
    expect(await seen({ spec, objects: { secrets } })).toBe(`644 ./empty \n644 ./key ${hex(allBytes)}\n`);
  });

  it('is there and empty when the object is optional and absent, also by a subPath', async () => {
    const optional = { name: 'none', optional: true };
    const spec = { volumes: [{ name: 'v', configMap: optional }] };
    const mounts = [
      { name: 'v', mountPath: '/interlink-test/all' },
      { name: 'v', mountPath: '/interlink-test/key', subPath: 'key' },
    ];
    expect(await seen({ spec, mounts })).toBe('755 ./all\n755 ./key\n');
  });

  it('is mounted by one file, one directory, and by a path with variables', async () => {
    const items = [
      { key: 'a', path: 'conf.d/a' },
      { key: 'b', path: 'conf.d/b' },
    ];
    const spec = { volumes: [{ name: 'v', configMap: { name: 'c', items } }] };
    const mounts = [
      { name: 'v', mountPath: '/interlink-test/file', subPath: 'conf.d/a' },
      { name: 'v', mountPath: '/interlink-test/directory', subPath: 'conf.d/' },
      { name: 'v', mountPath: '/interlink-test/by-name', subPathExpr: 'conf.d/$(WHICH)' },
    ];
    const configMaps = [{ metadata: { name: 'c' }, data: { a: 'A', b: 'B' } }];
    expect(await seen({ spec, mounts, env: [{ name: 'WHICH', value: 'b' }], objects: { configMaps } })).toBe(
      '644 ./by-name 42\n755 ./directory\n644 ./directory/a 41\n644 ./directory/b 42\n644 ./file 41\n',
    );
  });

  it('has everything that a projected volume joins, the token as it was sent', async () => {
    const sources = [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { secret: { name: 's', items: [{ key: 'key', path: 'deep/key', mode: 0o400 }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ];
    const spec = { volumes: [{ name: 'v', projected: { sources, defaultMode: 0o440 } }] };
    const projectedvolumemaps = [
      {
        metadata: { name: 'v' },
        data: { token: 'eyJ.x.y', 'ca.crt': 'PEM\n', namespace: 'default' },
        binaryData: { 'deep/key': base64(allBytes) },
      },
    ];
    expect(await seen({ spec, objects: { projectedvolumemaps } })).toBe(
      `440 ./ca.crt ${hex('PEM\n')}\n755 ./deep\n400 ./deep/key ${hex(allBytes)}\n440 ./namespace ${hex('default')}\n440 ./token ${hex('eyJ.x.y')}\n`,
    );
  });

  it('has fields and resources of the pod', async () => {
    const field = (path: string, fieldPath: string) => ({ path, fieldRef: { fieldPath } });
    const resource = (path: string, name: string, divisor?: string) => ({
      path,
      resourceFieldRef: { containerName: 'main', resource: name, ...(divisor ? { divisor } : {}) },
    });
    const items = [
      field('name', 'metadata.name'),
      field('uid', 'metadata.uid'),
      field('labels', 'metadata.labels'),
      { ...field('one', "metadata.labels['app']"), mode: 0o400 },
      field('annotation', "metadata.annotations['a/b']"),
      resource('cpu', 'limits.cpu'),
      resource('cpu-milli', 'limits.cpu', '1m'),
      resource('memory', 'requests.memory', '1Mi'),
    ];
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const limits = { cpu: '1500m' };
    const pod = podWith({
      containers: [
        container({
          command: [
            'sh',
            '-ec',
            'cd /v; for f in *; do printf "%s %s=%s\\n" "$(stat -Lc %a $f)" "$f" "$(cat $f)"; done',
          ],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          resources: { limits, requests: { memory: '1500Ki' } },
        }),
      ],
      volumes: [{ name: 'v', downwardAPI: { items } }],
    });
    const labelled = {
      ...pod,
      metadata: { ...pod.metadata, labels: { tier: 'b\n', app: 'x"y' }, annotations: { 'a/b': 'ü' } },
    };
    await ran(plugin, labelled);
    expect(await logOf(plugin, labelled)).toBe(
      [
        '644 annotation=ü',
        '644 cpu=2',
        '644 cpu-milli=1500',
        '644 labels=app="x\\"y"\ntier="b\\n"',
        '644 memory=2',
        '644 name=name-of-pod-1',
        '400 one=x"y',
        '644 uid=pod-1',
        '',
      ].join('\n'),
    );
  });
});

describe('mounts', () => {
  const configMaps = [{ metadata: { name: 'c' }, data: { a: 'A' } }];

  it('lie in one another, whatever is a directory and whatever a file', async () => {
    const spec = {
      volumes: [
        { name: 'e', emptyDir: {} },
        { name: 'c', configMap: { name: 'c' } },
      ],
    };
    const mounts = [
      { name: 'c', mountPath: '/interlink-test/new/deep/er/a.conf', subPath: 'a' },
      { name: 'e', mountPath: '/interlink-test' },
      { name: 'e', mountPath: '/interlink-test/c/in/it', subPath: 'part' },
      { name: 'c', mountPath: '/interlink-test/c' },
    ];
    expect(await seen({ spec, mounts, objects: { configMaps } })).toContain('644 ./new/deep/er/a.conf 41\n');
  });

  it('take a file that an init container made of an emptyDir by its subPath', async () => {
    const make = container({
      name: 'make',
      script: 'echo made > /work/app.conf',
      volumeMounts: [{ name: 'e', mountPath: '/work' }],
    });
    const spec = { initContainers: [make], volumes: [{ name: 'e', emptyDir: {} }] };
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const volumeMounts = [
      { name: 'e', mountPath: '/interlink-test/conf', subPath: 'app.conf' },
      { name: 'e', mountPath: '/interlink-test/new', subPath: 'not/there' },
    ];
    const script = 'cat /interlink-test/conf; touch /interlink-test/new/x; stat -c %a /interlink-test/new';
    const pod = podWith({ ...spec, containers: [container({ script, volumeMounts })] });
    await ran(plugin, pod);
    expect(await logOf(plugin, pod)).toBe('made\n777\n');
  });

  it('may be where the machine has a file, and where it has a directory', async () => {
    const spec = {
      volumes: [
        { name: 'e', emptyDir: {} },
        { name: 'c', configMap: { name: 'c' } },
      ],
    };
    const mounts = [
      { name: 'e', mountPath: '/etc/passwd' },
      { name: 'c', mountPath: '/etc/alternatives', subPath: 'a' },
    ];
    const script = 'touch /etc/passwd/x; ls /etc/passwd; cat /etc/alternatives; test -e /etc/group';
    expect(await seen({ spec, mounts, script, objects: { configMaps } })).toBe('x\nA');
  });
});

describe('an emptyDir', () => {
  const volumeMounts = [
    { name: 'm', mountPath: '/interlink-test' },
    { name: 'm', mountPath: '/part', subPath: 'part' },
  ];

  it('is in memory where the pod says so, shared, written and read', async () => {
    const script = `stat -f -c %T /interlink-test; cat /interlink-test/f; touch /part/x; ls /interlink-test/part; touch /read/y 2>/dev/null || echo read-only`;
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const pod = podWith({
      initContainers: [container({ name: 'init', script: 'echo first > /interlink-test/f', volumeMounts })],
      containers: [
        container({ script, volumeMounts: [...volumeMounts, { name: 'm', mountPath: '/read', readOnly: true }] }),
      ],
      volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }],
    });
    expect(exitCodes(await ran(plugin, pod))).toEqual([0, 0]);
    expect(await logOf(plugin, pod)).toBe('tmpfs\nfirst\nx\nread-only\n');
  });

  it('in memory goes with a pod whose runner was killed', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    const uid = `killed-${process.pid}`;
    const pod = podWith(
      {
        containers: [container({ script: 'echo up; exec sleep 300', volumeMounts })],
        volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }],
      },
      uid,
    );
    const { PodJID } = await plugin.create(dataOf(pod));
    const left = async () => (await readdir('/dev/shm')).filter((name) => name.startsWith(`interlink-${uid}.`));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\n',
    );
    expect(await left()).toHaveLength(1);
    process.kill(Number.parseInt(PodJID, 10), 'SIGKILL');
    expect((await ended(plugin, pod)).interlink?.jobState).toBe('lost');
    expect(await left()).toEqual([]);
  });

  it('that outgrows its sizeLimit has the pod evicted, with the words of a kubelet', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { volumeCheckSeconds: 1 } });
    const script = 'head -c 3M /dev/zero > /interlink-test/big; while :; do sleep 0.1; done';
    const pod = podWith({
      containers: [container({ script, volumeMounts: volumeMounts.slice(0, 1) })],
      volumes: [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '2Mi' } }],
    });
    const status = await ran(plugin, pod);
    expect(status.interlink).toMatchObject({
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume "m" exceeds the limit "2Mi".',
    });
    expect(exitCodes(status)).toEqual([137]);
  });
});
