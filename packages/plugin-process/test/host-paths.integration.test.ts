import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchPolicy } from '@interlink/batch';
import type { Pod, PodSpec, Volume } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { container, dataOf, exitCodes, logOf, podWith, ProcessWorld, ran } from './world.ts';

/** A directory of the machine that is not the plugin's. */
class Machine {
  readonly data: string;

  private constructor(data: string) {
    this.data = data;
  }

  static async create(): Promise<Machine> {
    const made = new Machine(await mkdtemp(join(tmpdir(), 'machine-')));
    await mkdir(join(made.data, 'set'));
    await writeFile(join(made.data, 'set/file'), 'host\n');
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.data, { recursive: true, force: true });
  }
}

function mounting(volume: object, script: string, more: Partial<PodSpec> = {}, subPath?: string): Pod {
  const mount = { name: 'v', mountPath: '/h', ...(subPath === undefined ? {} : { subPath }) };
  return podWith({
    containers: [container({ script, volumeMounts: [mount] })],
    volumes: [{ name: 'v', ...volume }],
    ...more,
  });
}

const writable = (path: string): BatchPolicy => ({ hostPaths: [{ path, readOnly: false }] });

describe('a hostPath', () => {
  it('is a directory, a file or a socket, and what is missing is made where the pod says so', async () => {
    await using machine = await Machine.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: writable(machine.data) });
    const at = (name: string) => join(machine.data, name);
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    const volumes: Volume[] = [
      { name: 'dir', hostPath: { path: at('set'), type: 'Directory' } },
      { name: 'any', hostPath: { path: at('set/file') } },
      { name: 'file', hostPath: { path: at('set/file'), type: 'File' } },
      { name: 'socket', hostPath: { path: at('socket'), type: 'Socket' } },
      { name: 'new-dir', hostPath: { path: at('made/dir'), type: 'DirectoryOrCreate' } },
      { name: 'new-file', hostPath: { path: at('made-file'), type: 'FileOrCreate' } },
    ];
    const volumeMounts = [
      ...volumes.map(({ name }) => ({ name, mountPath: `/h/${name}` })),
      { name: 'dir', mountPath: '/h/part', subPath: 'made/part' },
    ];
    const script =
      'cd /h && cat dir/file any file && test -S socket && echo d > new-dir/x && echo f > new-file && echo p > part/x';
    const pod = podWith({ containers: [container({ script, volumeMounts })], volumes });
    const status = await ran(plugin, pod);
    server.close();
    expect([await logOf(plugin, pod), exitCodes(status)]).toEqual(['host\nhost\nhost\n', [0]]);
    const made = await Promise.all(
      ['made/dir/x', 'made-file', 'set/made/part/x'].map((name) => readFile(at(name), 'utf8')),
    );
    expect(made).toEqual(['d\n', 'f\n', 'p\n']);
  });

  it('is a device of the machine', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: writable('/dev') });
    const pod = mounting({ hostPath: { path: '/dev/zero', type: 'CharDevice' } }, 'head -c 3 /h | od -An -tx1');
    await ran(plugin, pod);
    expect(await logOf(plugin, pod)).toBe(' 00 00 00\n');
  });

  it('is refused by name where the site or the machine does not have it like that', async () => {
    await using machine = await Machine.create();
    await using world = await ProcessWorld.create();
    await symlink('/etc', join(machine.data, 'out'));
    const hostPaths = [
      { path: machine.data, readOnly: false },
      { path: join(machine.data, 'set'), readOnly: true },
      { path: '/dev', readOnly: true },
    ];
    const plugin = await world.start({ policy: { hostPaths } });
    const refusals: [path: string, type: string, message: string][] = [
      ['/etc', '', '/etc may not be mounted here'],
      ['out', '', 'out may not be mounted here'],
      ['none', 'Directory', 'there is no '],
      ['set/none', 'DirectoryOrCreate', 'there is no '],
      ['set', 'File', 'set is no regular file'],
      ['set/file', 'Directory', 'file is no directory'],
      ['/dev/null', 'CharDevice', 'may only be read here'],
      ['/dev/null', 'BlockDevice', '/dev/null is no block device'],
    ];
    for (const [path, type, message] of refusals) {
      const full = path.startsWith('/') ? path : join(machine.data, path);
      const create = plugin.create(dataOf(mounting({ hostPath: { path: full, type } }, 'true')));
      await expect(create).rejects.toMatchObject({
        code: 'ILK_UNSUPPORTED',
        field: 'pod.spec.volumes[0].hostPath.path',
        message: expect.stringContaining(message) as string,
      });
    }
  });

  it('is looked at by the job where the plugin’s machine has other paths', async () => {
    await using machine = await Machine.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { ...writable(machine.data), checkPaths: 'start' } });
    const pod = mounting({ hostPath: { path: join(machine.data, 'later'), type: 'Directory' } }, 'true');
    const status = await ran(plugin, pod);
    expect(status.containers?.[0]?.state?.terminated).toMatchObject({
      exitCode: 125,
      reason: 'StartError',
      message: 'volume v: its path is not there on the machine of the job, and could not be made',
    });
    const file = { ...mounting({ hostPath: { path: join(machine.data, 'set/file') } }, 'cat /h') };
    const second = { ...file, metadata: { ...file.metadata, uid: 'pod-2' } };
    expect(exitCodes(await ran(plugin, second))).toEqual([0]);
    expect(await logOf(plugin, second)).toBe('host\n');
  });
});

describe('a persistentVolumeClaim', () => {
  const claim = (claimName = 'data', readOnly = false) => ({ persistentVolumeClaim: { claimName, readOnly } });

  it('is the path that the site maps it to, by name and by template', async () => {
    await using machine = await Machine.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({
      policy: {
        persistentVolumeClaims: [
          { namespace: 'default', claim: 'set', path: join(machine.data, 'set'), readOnly: true },
          { path: join(machine.data, 'claims/{namespace}/{claim}'), create: true },
        ],
      },
    });
    const volumeMounts = [
      { name: 'set', mountPath: '/set' },
      { name: 'own', mountPath: '/own' },
      { name: 'own', mountPath: '/part', subPath: 'a/b' },
      { name: 'own', mountPath: '/read', readOnly: true },
    ];
    const script =
      'cat /set/file; touch /set/x 2>/dev/null || echo read-only; echo kept > /own/x; cat /read/x; touch /part/y; ls /own/a/b; touch /read/z 2>/dev/null || echo read-only';
    const volumes = [
      { name: 'set', ...claim('set') },
      { name: 'own', ...claim('own') },
    ];
    const pod = podWith({ containers: [container({ script, volumeMounts })], volumes });
    await ran(plugin, pod);
    expect(await logOf(plugin, pod)).toBe('host\nread-only\nkept\ny\nread-only\n');
    expect(await readFile(join(machine.data, 'claims/default/own/x'), 'utf8')).toBe('kept\n');
    expect(((await lstat(join(machine.data, 'claims/default/own'))).mode & 0o777).toString(8)).toBe('700');
    const reader = { ...mounting(claim('own', true), 'touch /h/no 2>/dev/null || cat /h/x') };
    const second = { ...reader, metadata: { ...reader.metadata, uid: 'pod-2' } };
    await ran(plugin, second);
    expect(await logOf(plugin, second)).toBe('kept\n');
  });

  it('is refused where the site maps it to nothing, saying what to do', async () => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start({ policy: { persistentVolumeClaims: [{ claim: 'other', path: '/data' }] } });
    await expect(plugin.create(dataOf(mounting(claim(), 'true')))).rejects.toMatchObject({
      code: 'ILK_UNSUPPORTED',
      field: 'pod.spec.volumes[0].persistentVolumeClaim',
      message:
        'pod.spec.volumes[0].persistentVolumeClaim is not supported: volume v: the site has no storage for the claim data of namespace default; its administrator can name a path in persistentVolumeClaims of the plugin’s configuration',
    });
  });

  it('is refused where its storage is not there, or a link that leads away from it', async () => {
    await using machine = await Machine.create();
    await using world = await ProcessWorld.create();
    const plugin = await world.start({
      policy: { persistentVolumeClaims: [{ path: join(machine.data, '{claim}') }] },
    });
    await symlink('/etc', join(machine.data, 'away'));
    for (const [name, message] of [
      ['none', 'there is no '],
      ['away', 'leads out of'],
    ] as const) {
      await expect(plugin.create(dataOf(mounting(claim(name), 'true')))).rejects.toMatchObject({
        message: expect.stringContaining(message) as string,
      });
    }
  });
});

describe('a volume that needs a driver', () => {
  const sources: Record<string, object> = {
    nfs: { server: 's', path: '/' },
    csi: { driver: 'd' },
    ephemeral: { volumeClaimTemplate: { spec: {} } },
    iscsi: { targetPortal: 'p', iqn: 'i', lun: 0 },
    image: { reference: 'r' },
  };
  it.each(Object.entries(sources))('%s is refused by name', async (kind, source) => {
    await using world = await ProcessWorld.create();
    const plugin = await world.start();
    await expect(plugin.create(dataOf(mounting({ [kind]: source }, 'true')))).rejects.toMatchObject({
      code: 'ILK_UNSUPPORTED',
      field: expect.stringContaining(`pod.spec.volumes[0].${kind}`) as string,
    });
  });
});
