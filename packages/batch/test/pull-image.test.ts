import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PullWorld } from './pull-world.ts';
import type { RunnerWorld } from './runner-world.ts';

const machine = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch;
const image = `sha256-ab-${machine}.img`;

const untilGo = 'until [[ -e go ]]; do sleep 0.02; done';

async function waiting(job: RunnerWorld, message: RegExp): Promise<void> {
  await job.until(async () => {
    const state = await job.state('main');
    return state?.state === 'waiting' && state.reason === 'ContainerCreating' && message.test(state.message ?? '');
  });
}

/** Runs jobs of which one pulls, and the others wait for it until all do. */
async function runTogether(world: PullWorld, jobs: readonly RunnerWorld[]): Promise<void> {
  const ends = jobs.map((job) => job.run());
  await Promise.all(jobs.map((job) => waiting(job, /^(pulling|waiting for) image/)));
  await writeFile(join(world.root, 'go'), '');
  await Promise.all(ends);
}

async function failureOf(job: RunnerWorld): Promise<unknown> {
  expect(await job.run()).toBe(1);
  expect(await job.log('main')).toBe('');
  return await job.state('main');
}

const failed = (message: string, reason = 'ErrImagePull') => ({
  state: 'terminated',
  restartCount: 0,
  finishedAt: expect.any(Number) as number,
  exitCode: 125,
  reason,
  message,
});

describe('an image', () => {
  it('is pulled once for many containers that start at the same time, and its name is free of halves at any time', async () => {
    await using world = await PullWorld.create();
    await world.behave('sleep 0.5');
    const jobs = await Promise.all(Array.from({ length: 20 }, () => world.job()));
    expect(await Promise.all(jobs.map((job) => job.run()))).toEqual(jobs.map(() => 0));
    expect(await world.calls()).toHaveLength(1);
    for (const job of jobs) expect(await job.log('main')).toBe(`${world.cache}/${image}\n`);
    expect(await world.cached()).toEqual([image]);
  });

  it('that is there is used without a word to anybody', async () => {
    await using world = await PullWorld.create();
    await mkdir(world.cache);
    await writeFile(join(world.cache, image), 'image');
    for (const policy of ['Always', 'IfNotPresent', 'Never'] as const) {
      expect(await (await world.job({ policy })).run()).toBe(0);
    }
    expect(await world.calls()).toEqual([]);
  });

  it('that is a path is used as it is', async () => {
    await using world = await PullWorld.create();
    const path = join(world.root, 'behaviour');
    const used = (place: string, within: readonly string[]): Promise<RunnerWorld> =>
      world.job({ image: { kind: 'path', path: place }, place, local: { path: place, within } });
    const job = await used(path, ['/no/such', world.root]);
    expect(await job.run()).toBe(0);
    expect(await job.log('main')).toBe(`${path}\n`);
    expect(await failureOf(await used('/no/such.sif', ['/no']))).toEqual(
      failed(expect.stringMatching(/^there is no file or directory \/no\/such\.sif on /) as string),
    );
  });

  it('that is a path may not lead out of what the site allows, also by a link and in a URI', async () => {
    await using world = await PullWorld.create();
    const within = [join(world.root, 'images')];
    await mkdir(within[0] ?? '');
    await writeFile(join(world.root, 'images-too'), '');
    await symlink('/etc', join(world.root, 'images/out'));
    await symlink('images', join(world.root, 'in'));
    const outside = (path: string): unknown =>
      failed(expect.stringContaining(`the site does not allow ${path} as an image`) as string);
    for (const path of ['/', join(world.root, 'images-too'), join(world.root, 'images/out')]) {
      const image = { kind: 'path', path } as const;
      expect(await failureOf(await world.job({ image, place: path, local: { path, within } }))).toEqual(outside(path));
    }
    const place = join(world.root, 'in');
    const unknown = await world.job({ image: { kind: 'path', path: place }, place });
    expect(await failureOf(unknown)).toMatchObject({ reason: 'ErrImagePull' });
    const path = join(world.root, 'images/out');
    const image = { kind: 'uri', uri: `oci:${path}` } as const;
    expect(await failureOf(await world.job({ image, local: { path, within } }))).toEqual(outside(path));
    expect(await world.calls()).toEqual([]);
    const inside = await world.job({ image: { kind: 'path', path: place }, place, local: { path: place, within } });
    expect(await inside.run()).toBe(0);
    expect(await inside.log('main')).toBe(`${within[0] ?? ''}\n`);
  });

  it('whose digest nobody knows is pulled anew for Always, once for all that wait, and never replaces one in use', async () => {
    await using world = await PullWorld.create();
    const unknown = { image: { kind: 'uri', uri: 'oras://lab/a' }, key: 'name-1' } as const;
    expect(await (await world.job({ ...unknown, policy: 'IfNotPresent' })).run()).toBe(0);
    expect(await (await world.job({ ...unknown, policy: 'IfNotPresent' })).run()).toBe(0);
    expect(await world.calls()).toHaveLength(1);
    await world.behave(untilGo);
    const jobs = await Promise.all(Array.from({ length: 5 }, () => world.job({ ...unknown, policy: 'Always' })));
    await runTogether(world, jobs);
    expect(await world.calls()).toHaveLength(2);
    expect(new Set(await Promise.all(jobs.map((job) => job.log('main')))).size).toBe(1);
    expect((await world.cached()).filter((name) => name.endsWith('.img'))).toHaveLength(2);
  });

  it('is not pulled by the policy Never, and the container says so', async () => {
    await using world = await PullWorld.create();
    expect(await failureOf(await world.job({ policy: 'Never' }))).toEqual(
      failed('container image "lab/a:1" is not present with pull policy of Never', 'ErrImageNeverPull'),
    );
    expect(await world.calls()).toEqual([]);
  });

  it('is waited for in words', async () => {
    await using world = await PullWorld.create();
    await world.behave(untilGo);
    const [first, second] = [await world.job(), await world.job()];
    const ends = [first.run()];
    await waiting(first, /^pulling image "lab\/a:1"$/);
    ends.push(second.run());
    await waiting(second, /^waiting for image "lab\/a:1", which is being pulled by a job on [\w.-]+$/);
    await writeFile(join(world.root, 'go'), '');
    expect(await Promise.all(ends)).toEqual([0, 0]);
  });

  it('is started again from without another pull', async () => {
    await using world = await PullWorld.create();
    const script = 'test -e ../../../again || { touch ../../../again; exit 1; }';
    const job = await world.job({}, { argv: ['sh', '-c', script] }, { restartPolicy: 'OnFailure' });
    expect(await job.run()).toBe(0);
    expect(await job.state('main')).toMatchObject({ restartCount: 1, exitCode: 0 });
    expect(await world.calls()).toHaveLength(1);
  });

  it('leaves in the cache what its name meant, for pods that take what is there', async () => {
    await using world = await PullWorld.create();
    for (const digest of ['1', '2', '2']) {
      await (await world.job({ reference: 'r', facts: { digest } })).run();
      expect(JSON.parse(await world.text('cache/reference-r.json'))).toEqual({ digest });
    }
  });
});

describe('an image that cannot be pulled', () => {
  const apptainer =
    'FATAL:   While making image from oci registry: error fetching image to cache: failed to get checksum for docker://lab/a: ';

  it.each([
    [`${apptainer}reading manifest 1 in lab/a: manifest unknown`, 'reading manifest 1 in lab/a: manifest unknown'],
    [
      `INFO: hello\n${apptainer}reading manifest 1 in lab/a: unauthorized: authentication required`,
      'reading manifest 1 in lab/a: unauthorized: authentication required',
    ],
    [
      '[ERROR] URL https://lab/v2/a returned error code: 404 Not Found',
      'URL https://lab/v2/a returned error code: 404 Not Found',
    ],
    ['quote " back \\ tab \t and \u00e9: denied', 'quote " back \\ tab   and   : denied'],
  ])('says so at once where asking again is of no use: %j', async (words, message) => {
    await using world = await PullWorld.create();
    await writeFile(join(world.root, 'words'), words);
    await world.behave('cat words >&2; exit 255');
    expect(await failureOf(await world.job({}, {}, { restartPolicy: 'Always' }))).toEqual(failed(message));
    expect(await world.calls()).toHaveLength(1);
    expect(await world.cached()).not.toContain(image);
  });

  it('is tried again with the cause in its state, and then given up', async () => {
    await using world = await PullWorld.create();
    await world.behave('echo "dial tcp: connection refused" >&2; exit 1');
    const job = await world.job();
    const end = job.run();
    await job.until(async () => {
      const state = await job.state('main');
      return state?.state === 'waiting' && state.reason === 'ImagePullBackOff';
    });
    expect(await job.state('main')).toMatchObject({
      state: 'waiting',
      message: 'back-off 1s pulling image "lab/a:1": dial tcp: connection refused',
    });
    expect(await end).toBe(1);
    expect(await job.state('main')).toEqual(failed('dial tcp: connection refused'));
    expect(await world.calls()).toHaveLength(3);
  });

  it('is there after all when a later try succeeds', async () => {
    await using world = await PullWorld.create();
    await world.behave('[[ $(wc -l <calls) -gt 1 ]] || { echo "dial tcp: i/o timeout" >&2; exit 1; }');
    expect(await (await world.job()).run()).toBe(0);
    expect(await world.cached()).toEqual([image]);
  });

  it('is not tried by all who waited for it', async () => {
    await using world = await PullWorld.create();
    await world.behave(`${untilGo}; echo "reading manifest: manifest unknown" >&2; exit 1`);
    const jobs = await Promise.all(Array.from({ length: 5 }, () => world.job()));
    await runTogether(world, jobs);
    for (const job of jobs) expect(await job.state('main')).toEqual(failed('reading manifest: manifest unknown'));
    expect(await world.calls()).toHaveLength(1);
  });

  it('does not keep other containers of the pod from running', async () => {
    await using world = await PullWorld.create();
    await world.behave('echo "manifest unknown" >&2; exit 1');
    const side = { name: 'side', argv: ['sh', '-c', 'echo ran'] };
    const job = await world.job({}, {}, { containers: [{ name: 'main', argv: ['true'] }, side] });
    expect(await job.run()).toBe(1);
    expect(await job.state('side')).toMatchObject({ exitCode: 0 });
    expect(await job.outcome()).toMatchObject({ reason: 'Completed' });
  });

  it.each(['init', 'sidecar'] as const)('of a container of kind %s ends the pod', async (kind) => {
    await using world = await PullWorld.create();
    await world.behave('echo "manifest unknown" >&2; exit 1');
    const main = { name: 'last', argv: ['sh', '-c', 'echo ran'] };
    const job = await world.job({}, {}, { containers: [{ name: 'main', kind, argv: ['true'] }, main] });
    expect(await job.run()).toBe(1);
    expect(await job.state('last')).toBeUndefined();
    expect(await job.outcome()).toMatchObject({ reason: 'InitContainerFailed' });
  });

  it('because the cache cannot be written says so', async () => {
    await using world = await PullWorld.create();
    await writeFile(world.cache, 'no directory');
    expect(await failureOf(await world.job())).toEqual(
      failed(expect.stringMatching(/^the image cache cannot be written: /) as string),
    );
  });
});

describe('credentials', () => {
  const credentials = [
    { username: 'wrong', password: 'wrong-password' },
    { username: 'right', password: 'right-password' },
  ];
  const registry = '[[ $user == right ]] || { echo "unauthorized: $password is wrong" >&2; exit 1; }';

  it('are tried one after the other, and gone when the image is there', async () => {
    await using world = await PullWorld.create();
    await world.behave(registry);
    const job = await world.job({ credentials }, { argv: ['sh', '-c', 'ls ../pull'] });
    expect(await job.run()).toBe(0);
    expect(await world.text('users')).toBe('wrong:wrong-password\nright:right-password\n');
    expect(await job.log('main')).not.toContain('credentials');
  });

  it('are in no message', async () => {
    await using world = await PullWorld.create();
    await world.behave(registry);
    expect(await failureOf(await world.job({ credentials: credentials.slice(0, 1) }))).toEqual(
      failed('unauthorized: [redacted] is wrong'),
    );
  });

  it.each(['pä$s-wörd', 'tab\tand end', 'two\nlines', '[*?]\\'])(
    'are in no message, whatever characters they have: %j',
    async (password) => {
      await using world = await PullWorld.create();
      await world.behave('echo "unauthorized: <$password> is wrong" >&2; exit 1');
      expect(await failureOf(await world.job({ credentials: [{ username: 'u', password }] }))).toEqual(
        failed('unauthorized: <[redacted]> is wrong'),
      );
    },
  );

  it('are not in parts in a message of a very long output', async () => {
    await using world = await PullWorld.create();
    const long = 'printf "%s %065530d\\n" "$password" 0 >&2';
    await world.behave(`${long}; echo end >&2; exit 1`);
    const job = await world.job({ credentials: [{ username: 'u', password: 'correct-horse' }], tries: 1 });
    expect(await failureOf(job)).toEqual(failed('end'));
    await world.behave(`${long}; exit 1`);
    const only = await world.job({ credentials: [{ username: 'u', password: 'correct-horse' }], tries: 1 });
    expect(await failureOf(only)).toEqual(failed('the command ended with code 1 and said nothing'));
  });

  it('that are wrong are one pod’s own affair', async () => {
    await using world = await PullWorld.create();
    await world.behave(`sleep 0.3; ${registry}`);
    const jobs = await Promise.all([
      world.job({ credentials: credentials.slice(0, 1) }),
      world.job({ credentials: credentials.slice(1) }),
    ]);
    await Promise.all(jobs.map((job) => job.run()));
    expect(await jobs[1].state('main')).toMatchObject({ exitCode: 0 });
  });
});

describe('a pull that is interrupted', () => {
  const hang = `echo $$ >pid; ${untilGo}`;

  it('by the end of its pod leaves nothing, and another pulls', async () => {
    await using world = await PullWorld.create();
    await world.behave(hang);
    const [first, second] = [await world.job(), await world.job()];
    const end = first.run();
    await first.until(async () => (await world.text('pid')) !== '');
    first.runner?.kill('SIGTERM');
    expect(await end).toBe(1);
    expect(await first.state('main')).toMatchObject({
      state: 'terminated',
      exitCode: 137,
      reason: 'Terminated',
      detail: 'NotStarted',
    });
    expect(await first.outcome()).toMatchObject({ reason: 'Terminated' });
    expect(await world.cached()).toEqual([]);
    await world.behave('');
    expect(await second.run()).toBe(0);
  });

  it('by SIGKILL is taken over at once on the same machine', async () => {
    await using world = await PullWorld.create();
    await world.behave(hang);
    const [first, second] = [await world.job({ staleSeconds: 3600 }), await world.job({ staleSeconds: 3600 })];
    first.start();
    await first.until(async () => (await world.text('pid')) !== '');
    const puller = await holderOf(world);
    await world.behave('');
    process.kill(-puller, 'SIGKILL');
    expect(await second.run()).toBe(0);
    expect(await world.calls()).toHaveLength(2);
    expect(await world.cached()).toEqual([image]);
  });

  it('on another machine is taken over when it gives no sign of life', async () => {
    await using world = await PullWorld.create();
    const lock = join(world.cache, `sha256-ab-${machine}.lock`);
    await mkdir(lock, { recursive: true });
    await writeFile(join(lock, 'owner'), 'elsewhere another-boot pid:[1] 1 1\n');
    await writeFile(join(world.cache, `sha256-ab-${machine}.part.elsewhere.1`), 'half');
    const job = await world.job({ staleSeconds: 1 });
    expect(await job.run()).toBe(0);
    expect(await world.cached()).toEqual([image]);
  });

  it('is not taken over while it gives signs of life', async () => {
    await using world = await PullWorld.create();
    await world.behave(untilGo);
    const [first, second] = [await world.job({ staleSeconds: 2 }), await world.job({ staleSeconds: 2 })];
    const ends = [first.run(), second.run()];
    const beat = join(world.cache, `sha256-ab-${machine}.lock/beat`);
    await first.until(async () => Number(await readFile(beat, 'utf8').catch(() => '0')) >= 4);
    await writeFile(join(world.root, 'go'), '');
    expect(await Promise.all(ends)).toEqual([0, 0]);
    expect(await world.calls()).toHaveLength(1);
  });
});

describe('the form of an image', () => {
  it('is a directory where the machine cannot mount files, made once', async () => {
    await using world = await PullWorld.create();
    await world.behave('[[ $verb != probe ]] || echo "INFO:    Converting SIF file to temporary sandbox..."');
    const jobs = await Promise.all(Array.from({ length: 5 }, () => world.job({ form: 'auto' })));
    expect(await Promise.all(jobs.map((job) => job.run()))).toEqual(jobs.map(() => 0));
    expect(await jobs[0]?.log('main')).toBe(`${world.cache}/${image}.root\n`);
    const count = (calls: readonly string[], verb: string) => calls.filter((call) => call.startsWith(verb)).length;
    const calls = await world.calls();
    expect([count(calls, 'pull'), count(calls, 'unpack')]).toEqual([1, 1]);
    await (await world.job({ form: 'auto' })).run();
    expect(await world.calls()).toEqual(calls);
  });

  it('is the file where the machine can mount it', async () => {
    await using world = await PullWorld.create();
    await world.behave('[[ $verb != probe ]] || { echo "FATAL: no such program: true"; exit 255; }');
    const job = await world.job({ form: 'auto' });
    expect(await job.run()).toBe(0);
    expect(await job.log('main')).toBe(`${world.cache}/${image}\n`);
  });

  it('is unpacked for each container alone where the runtime wants it', async () => {
    await using world = await PullWorld.create();
    for (const job of [await world.job({ form: 'private' }), await world.job({ form: 'private' })]) {
      expect(await job.run()).toBe(0);
    }
    expect((await world.calls()).filter((call) => call.startsWith('unpack'))).toHaveLength(2);
  });

  it('that cannot be unpacked says why', async () => {
    await using world = await PullWorld.create();
    await world.behave('[[ $verb != unpack ]] || { echo "FATAL: no space left on device" >&2; exit 255; }');
    expect(await failureOf(await world.job({ form: 'unpacked' }))).toEqual(
      failed('cannot be unpacked: no space left on device'),
    );
  });
});

async function holderOf(world: PullWorld): Promise<number> {
  const owner = await readFile(join(world.cache, `sha256-ab-${machine}.lock/owner`), 'utf8');
  return Number(owner.split(' ')[3]);
}
