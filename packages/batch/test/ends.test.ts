import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { formatNulList } from '../src/directory/nul-list.ts';
import { RunnerWorld, type TestContainer } from './runner-world.ts';

const sh = (script: string, more: Partial<TestContainer> = {}): TestContainer => ({
  name: 'main',
  argv: ['sh', '-c', script],
  ...more,
});

async function ran(container: TestContainer): Promise<RunnerWorld> {
  const world = await RunnerWorld.create({ containers: [container] });
  await world.run();
  return world;
}

describe('the message of a container', () => {
  // The runtime binds that file to terminationMessagePath; here the container finds it by itself.
  const withLog = { files: { 'termination-log': '' } };
  const write = (text: string) =>
    sh(`cd "$DIRECTORY"; printf '${text}' > container/main/termination-log; exit 3`, withLog);

  async function messageOf(container: TestContainer): Promise<string | undefined> {
    await using world = await RunnerWorld.create({ containers: [container] });
    const environment = `PATH=/usr/bin:/bin\0DIRECTORY=${world.directory}\0`;
    await writeFile(join(world.directory, 'container/main/env'), environment);
    await world.run();
    return ((await world.state('main')) as { message?: string }).message;
  }

  it('is what it left in its file', async () => {
    expect(await messageOf(write('the disk is full\\n'))).toBe('the disk is full');
  });

  it('comes out as it went in, whatever its characters', async () => {
    expect(await messageOf(write('a "b" \\\\c & $(id) \\t\\nd'))).toBe('a "b" \\c & $(id) \t\nd');
    expect(await messageOf(write('\\001\\033[1m'))).toBe('  [1m');
  });

  it('is cut as a kubelet cuts it', async () => {
    const script = 'cd "$DIRECTORY"; head -c 5000 /dev/zero | tr "\\\\0" x > container/main/termination-log';
    expect(await messageOf(sh(script, withLog))).toBe('x'.repeat(4096));
  });

  it('is of this run, not of the one before', async () => {
    const script =
      'cd "$DIRECTORY"; test -e once && exit 0; touch once; echo first > container/main/termination-log; exit 1';
    await using world = await RunnerWorld.create({ restartPolicy: 'OnFailure', containers: [sh(script, withLog)] });
    await writeFile(join(world.directory, 'container/main/env'), `PATH=/usr/bin:/bin\0DIRECTORY=${world.directory}\0`);
    await world.run();
    const state = await world.state('main');
    expect(state).toMatchObject({ exitCode: 0, last: { exitCode: 1, message: 'first' } });
    expect(state).not.toHaveProperty('message');
  });

  const spec = { terminationMessagePolicy: 'FallbackToLogsOnError' };

  it('is the end of its log after an error, where the pod wants that', async () => {
    await using world = await ran(sh('seq 1 200; exit 1', { spec }));
    const { message = '' } = (await world.state('main')) as { message?: string };
    expect(message.split('\n')).toEqual(Array.from({ length: 80 }, (_, index) => `${index + 121}`));
  });

  it('is nothing of the log without an error, or without that wish', async () => {
    await using well = await ran(sh('echo text', { spec }));
    expect(await well.state('main')).not.toHaveProperty('message');
    await using plain = await ran(sh('echo text; exit 1'));
    expect(await plain.state('main')).not.toHaveProperty('message');
  });
});

describe('the time limit of a job', () => {
  it('ends its containers and is the reason', async () => {
    await using world = await RunnerWorld.create({
      containers: [sh('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done')],
    });
    const runner = world.start();
    await world.until(async () => (await world.log('main')).includes('up'));
    runner.kill('SIGUSR1');
    await world.exitOf(runner);
    expect(await world.log('main')).toBe('up\nbye\n');
    expect(await world.outcome()).toMatchObject({ reason: 'TimeLimit' });
    expect(await world.text('stopping')).toMatch(/^\d+\nTimeLimit [\d.]+\n$/);
  });

  it('does not reach the containers as a signal, and they have no signal ignored', async () => {
    await using world = await RunnerWorld.create({ containers: [sh('grep SigIgn /proc/self/status; kill -USR1 $$')] });
    await world.run();
    expect(await world.log('main')).toMatch(/SigIgn:\s+0+\n/);
    expect(await world.state('main')).toMatchObject({ exitCode: 138 });
  });
});

describe('a job of a scheduler', () => {
  it('has the id that the scheduler gave it', async () => {
    await using world = await RunnerWorld.create({ containers: [sh('env')] });
    const settings = join(world.directory, 'settings');
    await writeFile(settings, `${await readFile(settings, 'utf8')}job-id-variable OF_TEST\n`);
    expect(await world.run({ PATH: '/usr/bin:/bin', OF_TEST: '123_4' })).toBe(0);
    expect(await world.text('job.id')).toBe('123_4\n');
    expect(await world.log('main')).not.toContain('OF_TEST');
  });

  it('is not run outside of one', async () => {
    await using world = await RunnerWorld.create({ containers: [sh('true')] });
    const settings = join(world.directory, 'settings');
    await writeFile(settings, `${await readFile(settings, 'utf8')}job-id-variable OF_TEST\n`);
    expect(await world.run()).toBe(3);
    expect(await world.text('job.id')).toBe('');
    expect(await world.state('main')).toBeUndefined();
  });
});

/** A cgroup of our own with little memory; undefined where this machine gives none. */
async function smallCgroup(bytes: number): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const lines = (await readFile('/proc/self/cgroup', 'utf8')).trim().split('\n');
  const [, own = ''] =
    lines
      .map((line) => line.split(':'))
      .find(([, kinds]) => kinds === 'memory')
      ?.slice(1) ?? [];
  const base = own === '' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/memory${own}`;
  const path = `${base}/interlink-test-${process.pid}`;
  try {
    await mkdir(path);
    const limit = own === '' ? 'memory.max' : 'memory.limit_in_bytes';
    await writeFile(join(path, limit), `${bytes}`);
  } catch {
    if (existsSync(path)) await rmdir(path);
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (let tries = 0; tries < 100 && existsSync(path); tries += 1) {
        await rmdir(path).catch(() => delay(20));
      }
    },
  };
}

describe('a container that takes too much memory', () => {
  it('has been killed for that', async ({ skip }) => {
    await using cgroup = await smallCgroup(64 * 1024 * 1024);
    if (!cgroup) return skip('no memory cgroup can be made here');
    await using world = await RunnerWorld.create({
      containers: [
        { name: 'main', argv: [] },
        { name: 'other', argv: ['sh', '-c', 'kill -KILL $$'] },
      ],
    });
    // Not before the end of the other one was judged. A length that is written in the program would be taken when it is compiled.
    const script = 'sleep 1 while system("grep -qs terminated $ARGV[0]"); my $all = "x" x $ARGV[1];';
    const argv = ['perl', '-e', script, join(world.directory, 'state/other.json'), '500000000'];
    await writeFile(join(world.directory, 'container/main/argv'), formatNulList(argv));
    const enter = ['sh', '-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', cgroup.path];
    await world.exitOf(world.start(undefined, enter));
    expect(await world.state('main')).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(await world.state('other')).toMatchObject({ exitCode: 137, reason: 'Error' });
  });
});
