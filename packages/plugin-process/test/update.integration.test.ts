import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, Plugin, Pod, RetrievedContainer, VolumeMount } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf, containerOf, record, sh, untilNoProcess } from './stream-world.ts';
import { container, dataOf, ended, exitCodes, gone, logOf, podWith, ProcessWorld, statusOf, until } from './world.ts';

type EphemeralContainer = NonNullable<NonNullable<Pod['spec']>['ephemeralContainers']>[number];

let world: ProcessWorld;
let plugin: Plugin;
beforeEach(async () => {
  world = await ProcessWorld.create();
  plugin = await world.start();
});
afterEach(() => world[Symbol.asyncDispose]());

const untilStopped = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

async function started(pod: Pod, objects: Partial<RetrievedContainer> = {}): Promise<Pod> {
  await plugin.create(dataOf(pod, objects));
  await until(
    () => statusOf(plugin, pod),
    ({ containers }) => containers?.every(({ state }) => state?.running !== undefined) === true,
  );
  return pod;
}

const output = async (pod: Pod, script: string): Promise<string> => (await sh(plugin, pod, script)).stdout;

describe('an update of volumes', () => {
  const mount: VolumeMount = { name: 'v', mountPath: '/interlink-test/v' };
  const map = (data: Readonly<Record<string, string>>): Partial<RetrievedContainer> => ({
    configMaps: [{ metadata: { name: 'c' }, data }],
  });
  const podOf = (volumeMounts: VolumeMount[] = [mount], more: Partial<Container> = {}): Pod =>
    podWith({
      containers: [container({ script: untilStopped, volumeMounts, ...more })],
      volumes: [{ name: 'v', configMap: { name: 'c', defaultMode: 0o440 } }],
    });
  const update = (pod: Pod, objects: Partial<RetrievedContainer>) => plugin.update?.(dataOf(pod, objects));

  it('changes, adds and takes away files under a running container, with their modes', async () => {
    const pod = await started(podOf(), map({ stays: 'same', changes: 'old', goes: 'x' }));
    await update(pod, map({ stays: 'same', changes: 'new\n', comes: 'ü' }));
    const show = 'cd /interlink-test/v; for f in *; do echo "$(stat -Lc %a "$f") $f=$(cat "$f")"; done';
    expect(await output(pod, show)).toBe(
      Buffer.from('440 changes=new\n440 comes=ü\n440 stays=same\n').toString('latin1'),
    );
  });

  it('is seen whole by who reads all the time', async () => {
    const bytes = 50_000;
    const script = `cd /interlink-test/v; while t=$(cat a); do [ "\${#t}" = ${bytes} ] || echo "\${#t}"; case $t in *0*1* | *1*0*) echo mixed ;; esac; done; echo gone`;
    const whole = (text: string) => map({ a: text.repeat(bytes) });
    const pod = await started(podOf([mount], container({ script })), whole('0'));
    for (let version = 1; version <= 100; version += 1) await update(pod, whole(String(version % 2)));
    expect(await logOf(plugin, pod)).toBe('');
  });

  it('writes nothing where nothing changed', async () => {
    const pod = await started(podOf(), map({ a: 'A' }));
    const directory = join(world.root, 'pod-1', 'volumes', 'v');
    const facts = async () => [await readdir(directory), (await stat(directory)).mtimeMs];
    const before = await facts();
    await update(pod, map({ a: 'A' }));
    expect(await facts()).toEqual(before);
    await update(pod, map({ a: 'B' }));
    await update(pod, map({ a: 'A' }));
    expect((await facts())[0]).toEqual(before[0]);
  });

  it('leaves a subPath as it was, and what another volume is mounted in', async () => {
    const mounts: VolumeMount[] = [
      mount,
      { name: 'v', mountPath: '/interlink-test/part', subPath: 'a' },
      { name: 'e', mountPath: '/interlink-test/v/inner' },
    ];
    const pod = podOf(mounts);
    const nested = { ...pod, spec: { ...pod.spec!, volumes: [...pod.spec!.volumes!, { name: 'e', emptyDir: {} }] } };
    await started(nested, map({ a: 'old' }));
    await output(nested, 'echo kept > /interlink-test/v/inner/f');
    await update(nested, map({ a: 'new', inner: 'no' }));
    const show = 'cd /interlink-test; cat v/a; echo; cat part; echo; cat v/inner/f';
    expect(await output(nested, show)).toBe('new\nold\nkept\n');
  });

  it('reaches the next run of a container that restarts, and a job that has not started', async () => {
    const pod = podOf([mount], { command: ['sh', '-c', 'cat /interlink-test/v/a; sleep 0.3; exit 1'] });
    const restarting = { ...pod, spec: { ...pod.spec!, restartPolicy: 'Always' } };
    await plugin.create(dataOf(restarting, map({ a: 'old ' })));
    await update(restarting, map({ a: 'new ' }));
    await until(
      () => logOf(plugin, restarting),
      (log) => log === 'new ',
    );
  });

  it('brings tokens, secrets and labels', async () => {
    const pod = podWith({
      containers: [
        container({
          script: untilStopped,
          volumeMounts: ['p', 's', 'd'].map((name) => ({ name, mountPath: `/interlink-test/${name}` })),
        }),
      ],
      volumes: [
        { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
        { name: 's', secret: { secretName: 's' } },
        { name: 'd', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      ],
    });
    const objects = (text: string): Partial<RetrievedContainer> => ({
      projectedvolumemaps: [{ metadata: { name: 'p' }, data: { token: text } }],
      secrets: [{ metadata: { name: 's' }, data: { key: Buffer.from(text).toString('base64') } }],
    });
    await started(pod, objects('old'));
    const labelled = { ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } };
    await plugin.update?.(dataOf(labelled, objects('new')));
    expect(await output(pod, 'cd /interlink-test; cat p/token s/key d/labels')).toBe('newnewa="b"');
  });

  it('brings all other volumes before it refuses one that is wrong', async () => {
    const pod = podWith({
      containers: [
        container({ script: untilStopped, volumeMounts: [mount, { name: 'w', mountPath: '/interlink-test/w' }] }),
      ],
      volumes: [
        { name: 'w', configMap: { name: 'd', items: [{ key: 'k', path: 'k' }] } },
        { name: 'v', configMap: { name: 'c' } },
      ],
    });
    const both = (k: Readonly<Record<string, string>>, a: string) => ({
      configMaps: [
        { metadata: { name: 'd' }, data: k },
        { metadata: { name: 'c' }, data: { a } },
      ],
    });
    await started(pod, both({ k: 'K' }, 'old'));
    await expect(update(pod, both({}, 'new'))).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      field: 'pod.spec.volumes[0].configMap.items[0].key',
    });
    expect(await output(pod, 'cat /interlink-test/w/k /interlink-test/v/a')).toBe('Knew');
  });
});

describe('an ephemeral container', () => {
  const debug = ({
    script = 'true',
    ...rest
  }: Partial<EphemeralContainer> & { script?: string } = {}): EphemeralContainer => ({
    name: 'debugger',
    image: 'busybox',
    command: ['sh', '-c', script],
    ...rest,
  });
  const withDebug = (pod: Pod, ...ephemeralContainers: EphemeralContainer[]): Pod => ({
    ...pod,
    spec: { ...pod.spec!, ephemeralContainers },
  });
  const stateOf = async (pod: Pod, name = 'debugger') =>
    (await statusOf(plugin, pod)).ephemeralContainers?.find((status) => status.name === name)?.state;
  const running = (pod: Pod, name?: string) =>
    until(
      () => stateOf(pod, name),
      (state) => state?.running !== undefined,
    );
  const over = (pod: Pod, name?: string) =>
    until(
      () => stateOf(pod, name),
      (state) => state?.terminated !== undefined,
    );

  it('runs in the pod, with its volumes and variables, and leaves the pod alone', async () => {
    const volumes = [{ name: 'e', emptyDir: {} }];
    const volumeMounts = [{ name: 'e', mountPath: '/interlink-test/e' }];
    const script = `echo shared > /interlink-test/e/f; ${untilStopped}`;
    const pod = await started(podWith({ containers: [container({ script, volumeMounts })], volumes }));
    const added = debug({
      script: 'cat /interlink-test/e/f; echo "$WHO"; pwd; exit 3',
      env: [{ name: 'WHO', value: 'me $x' }],
      workingDir: '/usr',
      volumeMounts,
    });
    await plugin.update?.(dataOf(withDebug(pod, added)));
    expect((await statusOf(plugin, pod)).ephemeralContainers).toMatchObject([{ name: 'debugger', image: 'busybox' }]);
    expect(await over(pod)).toMatchObject({ terminated: { exitCode: 3, reason: 'Error' } });
    expect(await logOf(plugin, pod, 'debugger')).toBe('shared\nme $x\n/usr\n');
    expect((await statusOf(plugin, pod)).containers?.[0]?.state?.running).toBeDefined();
  });

  it('is not restarted, whatever the policy of the pod', async () => {
    const pod = await started(podWith({ restartPolicy: 'Always', containers: [container({ script: untilStopped })] }));
    await plugin.update?.(dataOf(withDebug(pod, debug({ script: 'exit 1' }))));
    await over(pod);
    await plugin.update?.(
      dataOf(withDebug(pod, debug({ script: 'exit 1' }), debug({ name: 'other', script: 'exit 5' }))),
    );
    expect(await over(pod, 'other')).toMatchObject({ terminated: { exitCode: 5 } });
    const [first] = (await statusOf(plugin, pod)).ephemeralContainers ?? [];
    expect(first).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 1 } } });
  });

  it('takes input by attach, and commands by exec', async () => {
    const pod = await started(podWith({ containers: [container({ script: untilStopped })] }));
    await plugin.update?.(
      dataOf(withDebug(pod, debug({ script: 'export IN=1; read line; echo "got $line"', stdin: true }))),
    );
    await running(pod);
    const streams = record();
    await plugin.exec?.({ ...containerOf(pod, 'debugger'), command: ['echo', 'beside'] }, streams);
    expect(streams.got.stdout).toBe('beside\n');
    await plugin.attach?.(containerOf(pod, 'debugger'), record({ stdin: bytesOf('hello\n') }));
    await over(pod);
    expect(await logOf(plugin, pod, 'debugger')).toBe('got hello\n');
  });

  it('ends with the containers of the pod, which succeeded', async () => {
    const pod = await started(
      podWith({ containers: [container({ script: 'sleep 4' })], terminationGracePeriodSeconds: 1 }),
    );
    await plugin.update?.(dataOf(withDebug(pod, debug({ script: 'trap "" TERM; while :; do sleep 0.1; done' }))));
    await running(pod);
    const status = await ended(plugin, pod);
    expect(exitCodes(status)).toEqual([0]);
    expect(status.interlink?.reason).toBe('Completed');
    expect(status.ephemeralContainers?.[0]?.state?.terminated).toMatchObject({ exitCode: 137 });
  });

  it('ends when the pod is deleted, and leaves no process', async () => {
    const pod = await started(podWith({ containers: [container({ script: untilStopped })] }));
    const word = `debug-${process.pid}`;
    await plugin.update?.(dataOf(withDebug(pod, debug({ command: ['sh', '-c', 'sleep 300; true', word] }))));
    await running(pod);
    await plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 1 } });
    await gone(plugin, pod);
    await untilNoProcess(word);
  });

  it('outlives the plugin, as the next one tells', async () => {
    const pod = await started(podWith({ containers: [container({ script: untilStopped })] }));
    await plugin.update?.(dataOf(withDebug(pod, debug({ script: 'sleep 2; echo late; exit 6' }))));
    await plugin[Symbol.asyncDispose]();
    plugin = await world.start();
    await plugin.update?.(dataOf(withDebug(pod, debug({ script: 'sleep 2; echo late; exit 6' }))));
    expect(await over(pod)).toMatchObject({ terminated: { exitCode: 6 } });
    expect(await logOf(plugin, pod, 'debugger')).toBe('late\n');
  });

  it('is refused by the field that cannot be', async () => {
    const pod = await started(podWith({ containers: [container({ script: untilStopped })] }));
    const refused = debug({ volumeDevices: [{ name: 'x', devicePath: '/dev/x' }] });
    await expect(plugin.update?.(dataOf(withDebug(pod, refused)))).rejects.toMatchObject({
      code: 'ILK_UNSUPPORTED',
      field: expect.stringMatching(/^pod\.spec\.ephemeralContainers\[0\]\.volumeDevices/) as string,
    });
    expect((await statusOf(plugin, pod)).ephemeralContainers).toBeUndefined();
  });
});
