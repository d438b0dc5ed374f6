import { createServer } from 'node:net';
import { once } from 'node:events';
import { lstat, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNulList } from '../src/directory/nul-list.ts';
import { listHostChecks, type HostMount } from '../src/pod/host-mounts.ts';
import { RunnerWorld } from './runner-world.ts';

const started = { exitCode: 0, reason: 'Completed', detail: '' };
const refused = (detail: string) => ({ exitCode: 125, reason: 'StartError', detail });

async function modeOf(path: string): Promise<string> {
  return await lstat(path).then(
    (facts) => (facts.mode & 0o777).toString(8),
    () => 'absent',
  );
}

describe('a subPath', () => {
  async function world(): Promise<RunnerWorld> {
    const files = { subpaths: formatNulList(['v/sub/deep']) };
    const made = await RunnerWorld.create({ containers: [{ name: 'main', argv: ['true'], files }] });
    await mkdir(join(made.directory, 'volumes/v/real/deep'), { recursive: true });
    return made;
  }

  const links = { 'out of its volume': '/etc', 'to another place in it': 'real' } as const;
  it.each(Object.entries(links))('that became a link %s', async (what, target) => {
    await using job = await world();
    await symlink(target, join(job.directory, 'volumes/v/sub'));
    await job.run();
    const end = what === 'out of its volume' ? refused('SubPathNotUsable v') : started;
    expect(await job.state('main')).toMatchObject(end);
  });

  it('is made where no container made it', async () => {
    await using job = await world();
    await job.run();
    expect(await job.state('main')).toMatchObject(started);
    expect(await modeOf(join(job.directory, 'volumes/v/sub/deep'))).toBe('777');
  });

  it('may be a file', async () => {
    await using job = await world();
    await mkdir(join(job.directory, 'volumes/v/sub'));
    await writeFile(join(job.directory, 'volumes/v/sub/deep'), 'text');
    await job.run();
    expect(await job.state('main')).toMatchObject(started);
  });
});

describe('a path of the machine', () => {
  type Mount = Omit<HostMount, 'volume' | 'field' | 'readOnly' | 'within'> & Partial<HostMount>;

  /** A job whose paths are below `data` of its root, all of which is allowed. */
  async function world(mount: Mount): Promise<RunnerWorld> {
    const made = await RunnerWorld.create({ containers: [{ name: 'main', argv: ['true'] }] });
    const data = join(made.root, 'data');
    await mkdir(join(data, 'directory'), { recursive: true });
    await writeFile(join(data, 'file'), '');
    await symlink('/etc', join(data, 'out'));
    await symlink('directory', join(data, 'in'));
    const check = { volume: 'v', field: '', readOnly: false, within: data, ...mount, path: join(data, mount.path) };
    await writeFile(join(made.directory, 'container/main/hostpaths'), formatNulList(listHostChecks([check])));
    return made;
  }

  const outcomes: Record<string, { mount: Mount; detail?: string; makes?: [path: string, mode: string] }> = {
    'any directory': { mount: { path: 'directory', type: '' } },
    'any file': { mount: { path: 'file', type: '' } },
    'nothing, of no type': { mount: { path: 'none', type: '' }, detail: 'HostPathMissing v' },
    'a directory as a directory': { mount: { path: 'directory', type: 'Directory' } },
    'a file as a directory': { mount: { path: 'file', type: 'Directory' }, detail: 'HostPathOfOtherType v' },
    'nothing as a directory': { mount: { path: 'none', type: 'Directory' }, detail: 'HostPathMissing v' },
    'a directory to be made': { mount: { path: 'a/b', type: 'DirectoryOrCreate' }, makes: ['a/b', '755'] },
    'a directory that may not be made': {
      mount: { path: 'a', type: 'DirectoryOrCreate', readOnly: true },
      detail: 'HostPathMissing v',
    },
    'a file as a directory to be made': {
      mount: { path: 'file', type: 'DirectoryOrCreate' },
      detail: 'HostPathOfOtherType v',
    },
    'a file as a file': { mount: { path: 'file', type: 'File' } },
    'a directory as a file': { mount: { path: 'directory', type: 'File' }, detail: 'HostPathOfOtherType v' },
    'a file to be made': { mount: { path: 'new', type: 'FileOrCreate' }, makes: ['new', '644'] },
    'a file to be made without its parent': {
      mount: { path: 'none/new', type: 'FileOrCreate' },
      detail: 'HostPathMissing v',
    },
    'a file as a socket': { mount: { path: 'file', type: 'Socket' }, detail: 'HostPathOfOtherType v' },
    'a file as a device': { mount: { path: 'file', type: 'CharDevice' }, detail: 'HostPathOfOtherType v' },
    'a file as a block device': { mount: { path: 'file', type: 'BlockDevice' }, detail: 'HostPathOfOtherType v' },
    'a character device': { mount: { path: '../../../dev/null', within: '/dev', type: 'CharDevice' } },
    'a device that may only be read': {
      mount: { path: '../../../dev/null', within: '/dev', type: 'CharDevice', readOnly: true },
      detail: 'HostPathNotReadOnly v',
    },
    'a link that stays inside': { mount: { path: 'in', type: 'Directory' } },
    'a link that leads out': { mount: { path: 'out', type: '' }, detail: 'HostPathNotAllowed v' },
    'a directory to be made behind a link that leads out': {
      mount: { path: 'out/new', type: 'DirectoryOrCreate' },
      detail: 'HostPathNotAllowed v',
    },
    'a subPath to be made': { mount: { path: 'directory', subPath: 's/t', type: '' }, makes: ['directory/s/t', '755'] },
    'a subPath that may not be made': {
      mount: { path: 'directory', subPath: 's', type: '', readOnly: true },
      detail: 'HostPathMissing v',
    },
    'a claim': { mount: { path: 'directory', type: 'Claim' } },
    'a claim without storage': { mount: { path: 'none', type: 'Claim' }, detail: 'HostPathMissing v' },
    'a claim whose storage is made': { mount: { path: 'ns/c', type: 'ClaimOrCreate' }, makes: ['ns/c', '700'] },
  };
  it.each(Object.entries(outcomes))('%s', async (_, { mount, detail, makes }) => {
    await using job = await world(mount);
    await job.run();
    expect(await job.state('main')).toMatchObject(detail === undefined ? started : refused(detail));
    if (makes) expect(await modeOf(join(job.root, 'data', makes[0]))).toBe(makes[1]);
    expect(await modeOf('/etc/new')).toBe('absent');
  });

  it('a subPath that leads out of the volume', async () => {
    await using job = await world({ path: 'directory', subPath: 'away', type: '' });
    await symlink('..', join(job.root, 'data/directory/away'));
    await job.run();
    expect(await job.state('main')).toMatchObject(refused('SubPathNotUsable v'));
  });

  it('a socket', async () => {
    await using job = await world({ path: 'socket', type: 'Socket' });
    const server = createServer().listen(join(job.root, 'data/socket'));
    await once(server, 'listening');
    await job.run();
    server.close();
    expect(await job.state('main')).toMatchObject(started);
  });
});
