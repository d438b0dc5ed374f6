import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNulList } from '../src/directory/nul-list.ts';
import { runnerProgram, runnerPrograms } from '../src/directory/runner-program.ts';
import { RunnerWorld, type TestContainer, type TestJob } from './runner-world.ts';

const sh = (name: string, script: string, more: Partial<TestContainer> = {}): TestContainer => ({
  name,
  argv: ['sh', '-c', script],
  ...more,
});

async function ran(job: TestJob): Promise<RunnerWorld & AsyncDisposable> {
  const world = await RunnerWorld.create(job);
  await world.run();
  return world;
}

describe('a container run by the runner', () => {
  it.each([
    ['exit 0', { exitCode: 0, reason: 'Completed' }],
    ['exit 3', { exitCode: 3, reason: 'Error' }],
    ['kill -KILL $$', { exitCode: 137, reason: 'Error' }],
    ['kill -SEGV $$', { exitCode: 139, reason: 'Error' }],
  ])('%s is recorded as %o', async (script, expected) => {
    await using world = await ran({ containers: [sh('main', script)] });
    expect(await world.state('main')).toMatchObject({ state: 'terminated', restartCount: 0, ...expected });
    expect(await world.outcome()).toMatchObject({ reason: 'Completed' });
  });

  it('has start and end times with fractions, in order', async () => {
    await using world = await ran({ containers: [sh('main', 'sleep 0.2')] });
    const state = await world.state('main');
    if (state?.state !== 'terminated') throw new Error('not terminated');
    const ran_ = state.finishedAt - (state.startedAt ?? 0);
    expect(ran_).toBeGreaterThan(0.19);
    expect(state.startedAt! % 1).not.toBe(0);
    expect(Math.abs(state.finishedAt * 1000 - Date.now())).toBeLessThan(30_000);
  });

  it.each([
    [['no-such-command-anywhere'], 127, 'CommandNotFound'],
    [['/no/such/file'], 127, 'CommandNotFound'],
    [['/etc/passwd'], 126, 'CommandNotExecutable'],
    [['/etc'], 126, 'CommandNotExecutable'],
  ])('that cannot be started (%j) says why', async (argv, exitCode, detail) => {
    await using world = await ran({ containers: [{ name: 'main', argv }] });
    expect(await world.state('main')).toMatchObject({ exitCode, reason: 'StartError', detail });
  });

  it('whose working directory is missing says so', async () => {
    await using world = await ran({ containers: [sh('main', 'true', { workingDirectory: '/no/such' })] });
    expect(await world.state('main')).toMatchObject({ exitCode: 125, detail: 'WorkingDirectoryNotUsable' });
  });

  it('is the first process of a session of its own, with default signals and no open files but the standard ones', async () => {
    const script =
      'read -r a b c d e f rest < /proc/self/stat; echo "$a $f"; grep SigIgn /proc/self/status; ls /proc/self/fd';
    await using world = await ran({ containers: [{ name: 'main', argv: ['bash', '-c', script] }] });
    const [ids = '', ignored, ...files] = (await world.log('main')).trim().split('\n');
    const [pid, session] = ids.split(' ');
    expect(pid).toBe(session);
    expect(ignored).toMatch(/SigIgn:\s+0+$/);
    // The fourth is the directory that ls reads.
    expect(files).toEqual(['0', '1', '2', '3']);
  });

  it('gets the variables of the job that it is to be given, and no others', async () => {
    const given = formatNulList(['PREFIX_DEVICES=DEVICES', 'ABSENT=ABSENT', 'PATH=PATH']);
    await using world = await RunnerWorld.create({
      containers: [
        { name: 'main', argv: ['env', '-0'], files: { given } },
        { name: 'other', argv: ['env', '-0'] },
      ],
    });
    await world.run({ PATH: '/opt/site/bin:/usr/bin:/bin', DEVICES: '0,3 ;$(x)', SECRET: 's' });
    const seen = (await world.log('main')).split('\0').slice(0, -1).toSorted();
    expect(seen).toEqual([expect.stringMatching(/^PATH=\/opt\/site\/bin:/), 'PREFIX_DEVICES=0,3 ;$(x)']);
    expect((await world.log('other')).split('\0').slice(0, -1)).toEqual(['PATH=/usr/bin:/bin']);
  });

  it('gets exactly the environment of its files, nothing of the one the runner was started with', async () => {
    await using world = await RunnerWorld.create({
      containers: [
        { name: 'main', argv: ['env', '-0'], environment: ['PATH=/usr/bin:/bin', 'A=1', 'job=x', 'argv=y', 'name='] },
      ],
    });
    await world.run({ PATH: '/usr/bin:/bin', SECRET_OF_PLUGIN: 'hidden', LD_LIBRARY_PATH: '/x' });
    const variables = (await world.log('main')).split('\0').slice(0, -1);
    expect(variables.toSorted()).toEqual(['A=1', 'PATH=/usr/bin:/bin', 'argv=y', 'job=x', 'name=']);
  });

  it('has variables that a shell keeps for itself, and names that no shell takes', async () => {
    const environment = [
      'PATH=/usr/bin:/bin',
      'UID=12',
      'IFS=x',
      'SHLVL=9',
      'a.b=1',
      'c-d=',
      'BASH_ENV=/x',
      '_=u',
      'PWD=/p',
      'il_argv=z',
    ];
    await using world = await ran({ containers: [{ name: 'main', argv: ['env', '-0'], environment }] });
    expect((await world.log('main')).split('\0').slice(0, -1).toSorted()).toEqual(environment.toSorted());
  });

  it('has a variable OLDPWD of its own, which a shell makes too', async () => {
    const environment = ['PATH=/usr/bin:/bin', 'OLDPWD=/o'];
    await using world = await ran({ containers: [{ name: 'main', argv: ['env', '-0'], environment }] });
    expect((await world.log('main')).split('\0').slice(0, -1).toSorted()).toEqual(environment.toSorted());
  });

  it('gets any bytes in arguments and variables as they are', async () => {
    const bytes = fc
      .uint8Array({ minLength: 1, maxLength: 40, min: 1 })
      .map((array) => Buffer.from(array).toString('latin1'));
    const text = fc.oneof(
      bytes,
      fc.constantFrom('$(id)', '`id`', '"; exit 9; "', "'", '\\', '\n', '*', '~', '-n', '$HOME', 'a=b', ''),
    );
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,10}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 6 }),
        fc.dictionary(name, text, { maxKeys: 6 }),
        async (args, variables) => {
          const environment = Object.entries(variables)
            .filter(([key]) => key !== 'PATH')
            .map(([key, value]) => `${key}=${value}`);
          await using world = await RunnerWorld.create({
            containers: [
              { name: 'args', argv: ['printf', '%s\\0', 'first', ...args] },
              { name: 'env', argv: ['/usr/bin/env', '-0'] },
            ],
          });
          // As bytes, not as UTF-8.
          const write = (path: string, items: readonly string[]) =>
            writeFile(join(world.directory, path), Buffer.from(items.map((item) => `${item}\0`).join(''), 'latin1'));
          await write('container/args/argv', ['printf', '%s\\0', 'first', ...args]);
          await write('container/env/env', ['PATH=/usr/bin:/bin', ...environment]);
          await world.run();
          expect((await world.log('args')).split('\0').slice(0, -1)).toEqual(['first', ...args]);
          const seen = (await world.log('env')).split('\0').slice(0, -1);
          expect(seen.toSorted()).toEqual(['PATH=/usr/bin:/bin', ...environment].toSorted());
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('the log of a container', () => {
  it('has standard output and error in the order written, also by scripts that reopen them', async () => {
    await using world = await ran({
      containers: [sh('main', 'echo a; echo b >&2; echo c > /dev/stderr; echo d > /dev/stdout; echo e')],
    });
    expect(await world.log('main')).toBe('a\nb\nc\nd\ne\n');
  });

  it('is complete when the container has ended, however large', async () => {
    await using world = await ran({ containers: [sh('main', 'head -c 20000000 /dev/zero')] });
    expect((await stat(join(world.directory, 'logs/main/0.log'))).size).toBe(20_000_000);
  });

  it('has times that rise with the offsets', async () => {
    await using world = await ran({ containers: [sh('main', 'echo one; sleep 0.6; echo two; sleep 0.6; echo three')] });
    const lines = (await world.text('logs/main/0.times'))
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    expect(lines.map(([offset]) => offset)).toEqual([0, 4, 8]);
    const [first, second, third] = lines.map(([, time]) => time!);
    expect(second! - first!).toBeGreaterThan(0.2);
    expect(third! - second!).toBeGreaterThan(0.2);
  });

  it('ends with its container, whose children do not outlive it', async () => {
    await using world = await ran({ containers: [sh('main', 'sleep 300 & echo $!; exit 0')] });
    const child = (await world.log('main')).trim();
    await world.until(async () => !(await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') Z')).includes(') S'));
    expect(await world.state('main')).toMatchObject({ exitCode: 0 });
  });
});

describe('the order of containers', () => {
  it('is init containers one after the other, then all main containers at once', async () => {
    await using world = await ran({
      containers: [
        sh('first', 'sleep 0.2', { kind: 'init' }),
        sh('second', 'sleep 0.2', { kind: 'init' }),
        sh('left', 'sleep 0.5'),
        sh('right', 'sleep 0.5'),
      ],
    });
    const times = async (name: string) => {
      const state = await world.state(name);
      if (state?.state !== 'terminated') throw new Error(`${name} did not end`);
      return { from: state.startedAt!, to: state.finishedAt };
    };
    const [first, second, left, right] = await Promise.all(['first', 'second', 'left', 'right'].map(times));
    expect(second!.from).toBeGreaterThanOrEqual(first!.to);
    expect(left!.from).toBeGreaterThanOrEqual(second!.to);
    expect(left!.from).toBeLessThan(right!.to);
    expect(right!.from).toBeLessThan(left!.to);
  });

  it('stops at an init container that fails', async () => {
    await using world = await ran({
      containers: [sh('bad', 'exit 4', { kind: 'init' }), sh('never', 'true', { kind: 'init' }), sh('main', 'true')],
    });
    expect(await world.state('bad')).toMatchObject({ exitCode: 4 });
    expect(await world.state('never')).toBeUndefined();
    expect(await world.state('main')).toBeUndefined();
    expect(await world.outcome()).toMatchObject({ reason: 'InitContainerFailed' });
  });

  it('has sidecars running beside what comes after them, and ends them last', async () => {
    const sidecar = (name: string) =>
      sh(name, `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`, {
        kind: 'sidecar',
      });
    await using world = await ran({ containers: [sidecar('one'), sidecar('two'), sh('main', 'sleep 0.4')] });
    const end = async (name: string) => ((await world.state(name)) as { finishedAt: number }).finishedAt;
    expect(await world.state('one')).toMatchObject({ state: 'terminated', exitCode: 0 });
    expect(await world.log('one')).toContain('up\nbye\n');
    expect(await end('one')).toBeGreaterThan(await end('two'));
    expect(await end('two')).toBeGreaterThan(await end('main'));
  });
});

describe('restartPolicy', () => {
  const failTwice = 'c=$(cat count 2>/dev/null || echo 0); echo run $c; echo $((c+1)) > count; [ $c -ge 2 ]';

  it('OnFailure runs a container again until it succeeds, keeping the log before', async () => {
    await using world = await RunnerWorld.create({ restartPolicy: 'OnFailure', containers: [sh('main', failTwice)] });
    await writeFile(join(world.directory, 'container/main/workdir'), `${world.root}\0`);
    await world.run();
    expect(await world.state('main')).toMatchObject({
      state: 'terminated',
      restartCount: 2,
      exitCode: 0,
      last: { exitCode: 1 },
    });
    expect(await world.log('main', 2)).toBe('run 2\n');
    expect(await world.log('main', 1)).toBe('run 1\n');
    expect(await readdir(join(world.directory, 'logs/main'))).toEqual(['1.log', '1.times', '2.log', '2.times']);
  });

  it('Always runs it again after a success, at once first and then later and later', async () => {
    await using world = await RunnerWorld.create({
      restartPolicy: 'Always',
      graceSeconds: 1,
      containers: [sh('main', 'true')],
    });
    const runner = world.start();
    await world.until(async () => (await world.state('main'))?.restartCount === 1);
    await world.until(async () => (await world.state('main'))?.state === 'waiting');
    expect(await world.state('main')).toMatchObject({ reason: 'CrashLoopBackOff', detail: '1', last: { exitCode: 0 } });
    await world.until(async () => (await world.state('main'))?.restartCount === 2);
    runner.kill('SIGTERM');
    await world.exitOf(runner);
    expect(await world.outcome()).toMatchObject({ reason: 'Terminated' });
  });

  it('Never leaves a failed container as it is while the others run on', async () => {
    await using world = await ran({ containers: [sh('bad', 'exit 1'), sh('good', 'sleep 0.3')] });
    expect(await world.state('bad')).toMatchObject({ exitCode: 1, restartCount: 0 });
    expect(await world.state('good')).toMatchObject({ exitCode: 0 });
  });

  it('restarts a sidecar that ends by itself', async () => {
    await using world = await ran({ containers: [sh('side', 'exit 0', { kind: 'sidecar' }), sh('main', 'sleep 0.5')] });
    expect((await world.state('side'))?.restartCount).toBeGreaterThan(0);
  });
});

describe('the end of a job', () => {
  const running = async (world: RunnerWorld, name: string) => {
    await world.until(async () => (await world.log(name)).includes('up'));
  };

  it('by SIGTERM lets a container end by itself', async () => {
    await using world = await RunnerWorld.create({
      containers: [sh('main', 'trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.05; done')],
    });
    const runner = world.start();
    await running(world, 'main');
    runner.kill('SIGTERM');
    await world.exitOf(runner);
    expect(await world.state('main')).toMatchObject({ exitCode: 7 });
    expect(await world.log('main')).toBe('up\nbye\n');
    expect(await world.outcome()).toMatchObject({ reason: 'Terminated' });
  });

  it('by SIGTERM kills what ignores it after the grace period, and says what was never started', async () => {
    await using world = await RunnerWorld.create({
      graceSeconds: 1,
      containers: [
        sh('stubborn', 'trap "" TERM; echo up; while :; do sleep 0.05; done', { kind: 'init' }),
        sh('main', 'true'),
      ],
    });
    const runner = world.start();
    await running(world, 'stubborn');
    const start = Date.now();
    runner.kill('SIGTERM');
    await world.exitOf(runner);
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(await world.state('stubborn')).toMatchObject({ exitCode: 137, reason: 'Error' });
    expect(await world.state('main')).toMatchObject({ exitCode: 137, reason: 'Terminated', detail: 'NotStarted' });
  });

  it('takes a shorter grace period from the file that a delete wrote', async () => {
    await using world = await RunnerWorld.create({
      graceSeconds: 600,
      containers: [sh('main', 'trap "" TERM; echo up; while :; do sleep 0.05; done')],
    });
    const runner = world.start();
    await running(world, 'main');
    await writeFile(join(world.directory, 'grace'), '0\n');
    runner.kill('SIGTERM');
    await world.exitOf(runner);
    expect(await world.state('main')).toMatchObject({ exitCode: 137 });
  });

  // timeout(1) and shells with job control make process groups of their own.
  const groupOfItsOwn = 'timeout 600 sleep 600 >/dev/null & echo $!; sleep 0.3; echo up';
  const hasEnded = async (pid: string) =>
    (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).includes(') Z');

  it('leaves nothing of a session, whatever its process groups', async () => {
    await using world = await ran({ containers: [sh('main', groupOfItsOwn)] });
    const [pid = ''] = (await world.log('main')).split('\n');
    expect(await hasEnded(pid)).toBe(true);
    expect(await world.state('main')).toMatchObject({ exitCode: 0 });
  });

  it('by SIGTERM leaves nothing of a session either', async () => {
    await using world = await RunnerWorld.create({
      graceSeconds: 1,
      containers: [sh('main', `${groupOfItsOwn}; wait`)],
    });
    const runner = world.start();
    await running(world, 'main');
    runner.kill('SIGTERM');
    await world.exitOf(runner);
    const [pid = ''] = (await world.log('main')).split('\n');
    expect(await hasEnded(pid)).toBe(true);
  });

  it('by activeDeadlineSeconds says so', async () => {
    await using world = await ran({ deadlineSeconds: 1, graceSeconds: 1, containers: [sh('main', 'sleep 60')] });
    expect(await world.outcome()).toMatchObject({ reason: 'DeadlineExceeded' });
    expect(await world.state('main')).toMatchObject({ state: 'terminated', exitCode: 143 });
  });

  it('is noted in the spool, at every change', async () => {
    await using world = await ran({ containers: [sh('main', 'true')] });
    expect(await readdir(join(world.root, 'changed'))).toEqual(['pod-1']);
  });

  it('leaves exit codes also when the runner itself is killed', async () => {
    await using world = await RunnerWorld.create({ containers: [sh('main', 'echo up; sleep 0.5; exit 5')] });
    const runner = world.start();
    await running(world, 'main');
    runner.kill('SIGKILL');
    await world.until(async () => (await world.state('main'))?.state === 'terminated');
    expect(await world.state('main')).toMatchObject({ exitCode: 5 });
    expect(await world.outcome()).toBeUndefined();
  });
});

describe('the runner', () => {
  it('writes its job id first, and refuses to run a pod twice', async () => {
    await using world = await ran({ containers: [sh('main', 'echo once')] });
    expect(await world.text('job.id')).toMatch(/^\d+-\d+-[0-9a-f]{8}\n$/);
    expect(await world.run()).toBe(3);
    expect(await world.log('main')).toBe('once\n');
  });

  it('has no finding of shellcheck', async ({ skip }) => {
    const run = promisify(execFile);
    const isInstalled = await run('shellcheck', ['--version']).then(
      () => true,
      () => false,
    );
    skip(!isInstalled, 'shellcheck is not installed');
    const cwd = dirname(runnerProgram());
    const checked = run('shellcheck', ['--shell=bash', '--external-sources', ...runnerPrograms], { cwd });
    await expect(checked).resolves.toMatchObject({ stdout: '' });
  });
});
