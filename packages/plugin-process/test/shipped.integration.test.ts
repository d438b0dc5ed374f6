import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BatchPolicy } from '@interlink/batch';
import { describe, expect, it } from 'vitest';
import {
  container,
  dataOf,
  ended,
  exitCodes,
  gone,
  logOf,
  podWith,
  ProcessWorld,
  ran,
  statusOf,
  until,
} from './world.ts';
import { sh } from './stream-world.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A machine that does not see the work directory, as far as the jobs are concerned: they are told of nothing in it. */
class Node {
  readonly directory: string;
  readonly policy: BatchPolicy;

  private constructor(directory: string) {
    this.directory = directory;
    this.policy = { shipping: { nodeDirectory: directory, deliverySeconds: 30 } };
  }

  static async create(): Promise<Node> {
    return new Node(await mkdtemp(join(tmpdir(), 'node-')));
  }

  async left(): Promise<string[]> {
    return await readdir(this.directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

describe('a pod whose machine does not see the work directory', () => {
  const volumes = [
    { name: 's', secret: { secretName: 's', defaultMode: 0o440 } },
    { name: 'e', emptyDir: {} },
    { name: 'm', emptyDir: { medium: 'Memory' } },
  ];
  const volumeMounts = [
    { name: 's', mountPath: '/s' },
    { name: 'e', mountPath: '/e' },
    { name: 'm', mountPath: '/m' },
  ];
  const objects = { secrets: [{ metadata: { name: 's' }, data: { key: base64('hunter2\n') } }] };

  it('has its volumes, states, exit codes and logs, and leaves nothing there', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const pod = podWith({
      initContainers: [container({ name: 'init', script: 'echo init; echo shared > /e/f', volumeMounts })],
      containers: [
        container({
          script: 'cat /s/key /e/f; stat -Lc %a /s/key; stat -f -c %T /m; pwd; exit 3',
          volumeMounts,
          workingDir: '/e',
        }),
      ],
      volumes,
    });
    const status = await ran(plugin, pod, objects);
    expect(exitCodes(status)).toEqual([0, 3]);
    expect(await logOf(plugin, pod)).toBe('hunter2\nshared\n440\ntmpfs\n/e\n');
    expect(await logOf(plugin, pod, 'init')).toBe('init\n');
    await until(
      () => node.left(),
      (left) => left.length === 0,
    );
  });

  it('is told nothing of the work directory, and its secrets are on no command line', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const script = `echo up; until [ -e /e/go ]; do sleep 0.05; done`;
    const pod = podWith({ containers: [container({ script, volumeMounts })], volumes });
    await plugin.create(dataOf(pod, objects));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\n',
    );
    const [job = ''] = await node.left();
    expect(await filesWith(['-F', world.root], join(node.directory, job))).toBe('');
    const commands = await Promise.all(
      (await world.processes()).map((line) => line.split(' ')[0] ?? '').map(commandAndEnvironment),
    );
    expect(commands.join('\n')).not.toMatch(/hunter2|aHVudGVyM/);
    // What travelled is not kept here as well.
    expect(await filesWith(['-E', 'hunter2|aHVudGVyM'], world.root)).toBe('');
    await writeFile(join(node.directory, job, 'pod-1/volumes/e/go'), '');
    expect(exitCodes(await ended(plugin, pod))).toEqual([0]);
  });

  it('has every byte of its logs while it runs, and more than one frame of them', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const script =
      'head -c 20M /dev/urandom > /e/bytes; cat /e/bytes; sha256sum < /e/bytes >&2; until [ -e /e/go ]; do sleep 0.05; done';
    const pod = podWith({ containers: [container({ script, volumeMounts })], volumes });
    await plugin.create(dataOf(pod, objects));
    const size = 20 * 1024 * 1024 + 68;
    const path = join(world.root, 'pod-1/logs/main/0.log');
    const bytes = await until(
      () => readFile(path).catch(() => Buffer.alloc(0)),
      (content) => content.length === size,
    );
    const sum = createHash('sha256').update(bytes.subarray(0, -68)).digest('hex');
    expect(bytes.subarray(-68).toString()).toBe(`${sum}  -\n`);
    expect((await statusOf(plugin, pod)).containers?.[0]?.state?.running).toBeDefined();
    const [job = ''] = await node.left();
    await writeFile(join(node.directory, job, 'pod-1/volumes/e/go'), '');
    await ended(plugin, pod);
  });

  it('goes on while the plugin is away, which then gets what it missed and nothing twice', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const first = await world.start({ policy: node.policy });
    const script = 'echo one; until [ -e /e/go ]; do sleep 0.05; done; echo two; exit 4';
    const pod = podWith({ containers: [container({ script, volumeMounts })], volumes });
    await first.create(dataOf(pod, objects));
    await until(
      () => logOf(first, pod),
      (log) => log === 'one\n',
    );
    await first[Symbol.asyncDispose]();
    const [job = ''] = await node.left();
    await writeFile(join(node.directory, job, 'pod-1/volumes/e/go'), '');
    await until(
      () => readFile(join(node.directory, job, 'pod-1/outcome.json'), 'utf8').catch(() => ''),
      (text) => text !== '',
    );
    const second = await world.start({ policy: node.policy });
    expect(exitCodes(await ended(second, pod))).toEqual([4]);
    expect(await logOf(second, pod)).toBe('one\ntwo\n');
    await until(
      () => node.left(),
      (left) => left.length === 0,
    );
  });

  it('gets new files and ephemeral containers while it runs, of which nothing is kept here', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const script =
      'until [ "$(cat /s/key /s/more)" = changedmore ]; do sleep 0.05; done 2>/dev/null; ls -m /s; until [ -e /e/go ]; do sleep 0.05; done';
    const mounts = [...volumeMounts, { name: 's', mountPath: '/part', subPath: 'key' }];
    const pod = podWith({ containers: [container({ script: `${script}; cat /part`, volumeMounts: mounts })], volumes });
    await plugin.create(dataOf(pod, objects));
    await until(
      () => statusOf(plugin, pod),
      ({ containers }) => containers?.[0]?.state?.running !== undefined,
    );
    const changed = { key: base64('changed'), more: base64('more') };
    const secrets = [{ metadata: { name: 's' }, data: changed }];
    const debug = container({ name: 'debugger', script: 'cat /s/more; touch /e/go; exit 5', volumeMounts });
    const added = { ...pod, spec: { ...pod.spec!, ephemeralContainers: [debug] } };
    await plugin.update?.(dataOf(added, { secrets }));
    await plugin.update?.(dataOf(added, { secrets }));
    const status = await ended(plugin, pod);
    expect(exitCodes(status)).toEqual([0]);
    expect(status.ephemeralContainers).toMatchObject([{ restartCount: 0, state: { terminated: { exitCode: 5 } } }]);
    expect(await logOf(plugin, pod)).toBe('key, more\nhunter2\n');
    expect(await logOf(plugin, pod, 'debugger')).toBe('more');
    expect(await filesWith(['-E', 'changed|hunter2'], join(world.root, 'pod-1', 'volumes'))).toBe('');
    await until(
      () => node.left(),
      (left) => left.length === 0,
    );
  });

  it('waits no longer for a plugin than the site says, and is lost then', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const policy = { shipping: { nodeDirectory: node.directory, deliverySeconds: 0 } };
    const first = await world.start({ policy });
    const script = 'echo up; until [ -e /e/go ]; do sleep 0.05; done';
    const pod = podWith({ containers: [container({ script, volumeMounts })], volumes });
    await first.create(dataOf(pod, objects));
    await until(
      () => logOf(first, pod),
      (log) => log === 'up\n',
    );
    await first[Symbol.asyncDispose]();
    const [job = ''] = await node.left();
    await writeFile(join(node.directory, job, 'pod-1/volumes/e/go'), '');
    await until(
      () => node.left(),
      (left) => left.length === 0,
    );
    const status = await ended(await world.start({ policy }), pod);
    expect(status.interlink).toMatchObject({ jobState: 'lost', reason: 'JobLost' });
    expect(exitCodes(status)).toEqual([137]);
  });

  it('ends in its grace period when it is deleted', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const script = `trap 'echo bye; sleep 0.3; echo gone; exit 0' TERM; echo up; while :; do sleep 0.05; done`;
    const pod = podWith({
      containers: [container({ script, volumeMounts })],
      volumes,
      terminationGracePeriodSeconds: 0,
    });
    await plugin.create(dataOf(pod, objects));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\n',
    );
    await plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 20 } });
    await gone(plugin, pod);
    expect(await logOf(plugin, pod)).toBe('up\nbye\ngone\n');
    expect(await world.processes()).toEqual([]);
  });

  it('leaves nothing there when its runner is killed', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const pod = podWith({ containers: [container({ script: 'echo up; exec sleep 300', volumeMounts })], volumes });
    const { PodJID } = await plugin.create(dataOf(pod, objects));
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\n',
    );
    process.kill(Number.parseInt(PodJID, 10), 'SIGKILL');
    expect((await ended(plugin, pod)).interlink?.jobState).toBe('lost');
    expect(await node.left()).toEqual([]);
    expect((await readdir('/dev/shm')).filter((name) => name.endsWith(`.${Number.parseInt(PodJID, 10)}`))).toEqual([]);
  });

  it('has commands run inside of it, and probes', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: node.policy });
    const script = `trap 'exit 0' TERM; touch /e/up; while :; do sleep 0.05; done`;
    const readinessProbe = { exec: { command: ['test', '-e', '/e/up'] }, periodSeconds: 1 };
    const pod = podWith({ containers: [container({ script, volumeMounts, readinessProbe })], volumes });
    await plugin.create(dataOf(pod, objects));
    await until(
      () => statusOf(plugin, pod),
      ({ containers }) => containers?.[0]?.ready === true,
    );
    expect(await sh(plugin, pod, 'cat /s/key; echo from-outside > /e/f; exit 5')).toMatchObject({
      exitCode: 5,
      stdout: 'hunter2\n',
    });
    expect(await sh(plugin, pod, 'cat /e/f')).toMatchObject({ exitCode: 0, stdout: 'from-outside\n' });
  });

  it('is refused when its files are more than the scheduler takes', async () => {
    await using node = await Node.create();
    await using world = await ProcessWorld.create();
    const policy = { shipping: { nodeDirectory: node.directory, scriptBytes: 100_000 } };
    const plugin = await world.start({ policy });
    const pod = podWith({ containers: [container({ volumeMounts })], volumes });
    const secrets = [{ metadata: { name: 's' }, data: { key: randomBytes(200_000).toString('base64') } }];
    await expect(plugin.create(dataOf(pod, { secrets }))).rejects.toMatchObject({
      code: 'ILK_UNSUPPORTED',
      field: 'pod.spec.volumes',
    });
    expect(await world.exists('pod-1')).toBe(false);
  });
});

/** Names of the files in which grep finds something. */
async function filesWith(pattern: readonly string[], directory: string): Promise<string> {
  return await promisify(execFile)('grep', ['--recursive', '--files-with-matches', ...pattern, directory]).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { readonly stdout: string }).stdout,
  );
}

async function commandAndEnvironment(pid: string): Promise<string> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  return `${await read('cmdline')} ${await read('environ')}`;
}
