import { createServer } from 'node:net';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
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

describe('a directory in memory', () => {
  async function world(script: string): Promise<RunnerWorld> {
    const argv = ['sh', '-c', `cd "$0" && ${script}`];
    const job = { settings: ['memory-volume v'], containers: [{ name: 'main', argv }] };
    const made = await RunnerWorld.create(job);
    const volume = join(made.directory, 'volumes/v');
    await writeFile(join(made.directory, 'container/main/argv'), formatNulList([...argv, volume]));
    await mkdir(join(volume, 'point/of/mount'), { recursive: true });
    return made;
  }
  const leftOf = async ({ directory, runner }: RunnerWorld): Promise<string[]> =>
    (await readdir('/dev/shm')).filter((name) => name === `interlink-${basename(directory)}.${runner?.pid ?? 0}`);

  it('has what was in the volume, belongs to its user alone and is gone at the end', async () => {
    await using job = await world(
      'stat -f -c %T . ; ls -d point/of/mount; stat -c %a "$(readlink "$0")/.."; mkdir -m 0 no',
    );
    await job.run();
    expect(await job.log('main')).toBe('tmpfs\npoint/of/mount\n700\n');
    expect(await leftOf(job)).toEqual([]);
  });

  it('that a killed runner left is swept by the next one, once nothing uses it', async () => {
    await using killed = await world('touch x; exec sleep 300');
    killed.start();
    await killed.until(async () => (await killed.state('main'))?.state === 'running');
    const [name = ''] = await leftOf(killed);
    killed.runner?.kill('SIGKILL');
    await using user = await world('true');
    await user.run();
    expect(await leftOf(killed)).toEqual([name]);
    const [session] = (await killed.text('container/main/session')).split(' ');
    process.kill(-Number(session), 'SIGKILL');
    await killed.until(async () => (await killed.state('main'))?.state === 'terminated');
    await killed.until(async () => {
      await using next = await world('true');
      await next.run();
      return (await leftOf(killed)).length === 0;
    });
  });
});

describe('a volume with a limit of its size', () => {
  async function world(script: string): Promise<RunnerWorld> {
    const argv = ['sh', '-c', `trap 'exit 0' TERM; cd "$0" && ${script}`];
    const job = { settings: ['size-limit v 1048576', 'size-check-seconds 1'], containers: [{ name: 'main', argv }] };
    const made = await RunnerWorld.create(job);
    const volume = join(made.directory, 'volumes/v');
    await writeFile(join(made.directory, 'container/main/argv'), formatNulList([...argv, volume]));
    await mkdir(volume, { recursive: true });
    return made;
  }

  it('evicts the pod that has outgrown it, which is killed at once', async () => {
    await using job = await world('head -c 2M /dev/zero > big; while :; do sleep 0.1; done');
    expect(await job.run()).toBe(1);
    expect(await job.outcome()).toMatchObject({ reason: 'Evicted', detail: 'v 1048576' });
    expect(await job.state('main')).toMatchObject({ state: 'terminated', exitCode: 137 });
  });

  it('lets a pod be that stays below it', async () => {
    await using job = await world('head -c 900K /dev/zero > big; sleep 1.5; rm big');
    expect(await job.run()).toBe(0);
    expect(await job.outcome()).toMatchObject({ reason: 'Completed' });
  });

  it('is looked at by nobody any more when the runner was killed', async () => {
    await using job = await world('exec sleep 300');
    const runner = job.start();
    await job.until(async () => (await job.state('main'))?.state === 'running');
    const children = (await readFile(`/proc/${runner.pid ?? 0}/task/${runner.pid ?? 0}/children`, 'utf8'))
      .trim()
      .split(' ');
    expect(children).toHaveLength(2);
    process.kill(Number((await job.text('container/main/session')).split(' ')[0]), 'SIGKILL');
    runner.kill('SIGKILL');
    await job.until(async () => {
      const alive = await Promise.all(children.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')));
      return alive.every((stat) => stat.includes(') Z'));
    });
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
