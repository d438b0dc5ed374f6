import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runnerProgram } from '../src/directory/runner-program.ts';
import { createLocalHost } from '../src/host/local-host.ts';
import { formatShippedScript } from '../src/shipping/format-shipped-script.ts';
import { packJob } from '../src/shipping/pack-job.ts';
import { RunnerWorld } from './runner-world.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** A directory of a machine, and real batch scripts of jobs that are shipped to it. */
class Machine {
  readonly directory: string;
  private readonly jobs: ChildProcess[] = [];
  private readonly left: number[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<Machine> {
    const machine = new Machine(await mkdtemp(join(tmpdir(), 'machine-')));
    // As /tmp.
    await chmod(machine.directory, 0o1777);
    return machine;
  }

  /** The place of the pod of every {@link RunnerWorld}. */
  get place(): string {
    return join(this.directory, 'interlink-pod-1');
  }

  async text(path: string): Promise<string> {
    return await readFile(join(this.place, path), 'utf8').catch(() => '');
  }

  /** A batch script whose one container runs `script`; `uid` is another pod's. */
  async scriptOf(script: string, { uid = 'pod-1', prefix = '' } = {}): Promise<string> {
    const job = { containers: [{ name: 'main', argv: ['sh', '-c', script] }], settings: ['shipped 0'] };
    await using world = await RunnerWorld.create(job);
    const root = join(this.directory, `interlink-${uid}`);
    const directory = join(root, uid);
    const engine = { host: createLocalHost(), root: world.root, runner: runnerProgram(), policy: { shipping: {} } };
    if (uid !== 'pod-1') await engine.host.run(['mv', world.directory, join(world.root, uid)]);
    const text = formatShippedScript(
      {
        uid,
        name: 'p',
        namespace: 'n',
        directory,
        argv: ['bash', join(root, 'runner.sh'), directory],
        shipment: await packJob(engine, { uid, shippedTo: root }),
        resources: { requests: { extended: {} }, limits: { extended: {} }, reservation: { extended: {} } },
        options: [],
        gracePeriodSeconds: 1,
      },
      { prefix },
    );
    const path = join(await mkdtemp(join(this.directory, 'spool-')), 'script');
    await writeFile(path, text);
    return path;
  }

  start(script: string): ChildProcess {
    const environment = { PATH: process.env['PATH'] };
    const job = spawn('bash', [script], { detached: true, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    this.jobs.push(job);
    return job;
  }

  /** Its exit code and what it said. */
  async run(script: string): Promise<{ readonly code: number | null; readonly words: string }> {
    const job = this.start(script);
    let words = '';
    job.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const [code] = (await once(job, 'close')) as [number | null];
    return { code, words };
  }

  /** A job that was cut off while its container ran, which goes on running: its process is given. */
  async cutOff(options: { readonly uid?: string } = {}): Promise<number> {
    const script = 'mkdir -m 500 deep; touch old; echo $$ >pid.new; mv pid.new pid; exec sleep 1000';
    const uid = options.uid ?? 'pod-1';
    const job = this.start(
      await this.scriptOf(`cd ${join(this.directory, `interlink-${uid}`, uid)} && ${script}`, options),
    );
    const pid = await until(() =>
      readFile(join(this.directory, `interlink-${uid}`, uid, 'pid'), 'utf8').catch(() => ''),
    );
    const state = join(this.directory, `interlink-${uid}`, uid, 'state/main.json');
    await until(() => readFile(state, 'utf8').catch(() => ''));
    await this.kill(job);
    this.left.push(Number(pid));
    return Number(pid);
  }

  async kill(job: ChildProcess): Promise<void> {
    const closed = once(job, 'exit');
    process.kill(-job.pid!, 'SIGKILL');
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of this.jobs) if (job.exitCode === null && job.signalCode === null) await this.kill(job);
    for (const pid of this.left) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
    await rm(this.directory, options);
  }
}

async function until(ask: () => Promise<string>): Promise<string> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    const answer = await ask();
    if (answer !== '') return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not reached: ${ask.toString()}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A container that ends well only in a directory with nothing old in it. */
const looksAround = (place: string) => `test ! -e ${place}/pod-1/old && test ! -e ${place}/pod-1/deep`;

describe('the place of a shipped job', () => {
  it('is taken over from a job that was cut off, with nothing of it left', async () => {
    await using machine = await Machine.create();
    const left = await machine.cutOff();
    expect(await machine.text('pod-1/job.id')).not.toBe('');
    expect(await machine.run(await machine.scriptOf(looksAround(machine.place)))).toEqual({ code: 0, words: '' });
    await until(() => Promise.resolve(isAlive(left) ? '' : 'ended'));
    expect(await readdir(machine.directory)).not.toContain('interlink-pod-1');
  });

  it('is taken over from a job that was cut off while it unpacked itself', async () => {
    await using machine = await Machine.create();
    const job = machine.start(await machine.scriptOf('true', { prefix: `touch ${machine.place}/here; sleep 1000` }));
    await until(() =>
      readFile(join(machine.place, 'here'), 'utf8').then(
        () => 'yes',
        () => '',
      ),
    );
    await machine.kill(job);
    expect(await machine.run(await machine.scriptOf('true'))).toEqual({ code: 0, words: '' });
  });

  it('is not taken from a job that is at work, in whatever step', async () => {
    await using machine = await Machine.create();
    const go = join(machine.directory, 'go');
    const wait = (name: string) =>
      `touch ${machine.directory}/${name}; until [ -e ${go}-${name} ]; do sleep 0.05; done`;
    const first = machine.start(await machine.scriptOf(wait('main'), { prefix: wait('prefix') }));
    for (const step of ['prefix', 'main']) {
      await until(() =>
        readFile(join(machine.directory, step), 'utf8').then(
          () => 'yes',
          () => '',
        ),
      );
      const { code, words } = await machine.run(await machine.scriptOf('true'));
      expect({ code, words }).toEqual({
        code: 4,
        words: `interlink: a job of this pod is at work in ${machine.place}\n`,
      });
      await writeFile(`${go}-${step}`, '');
    }
    const [code] = (await once(first, 'exit')) as [number];
    expect(code).toBe(0);
  });

  it('goes to one of those who want it at the same time', async () => {
    await using machine = await Machine.create();
    await machine.cutOff();
    const script = await machine.scriptOf('sleep 8');
    const codes = await Promise.all(Array.from({ length: 5 }, async () => (await machine.run(script)).code));
    expect(codes.toSorted()).toEqual([0, 4, 4, 4, 4]);
  });

  it('is not where something else is: a link, a file', async () => {
    await using machine = await Machine.create();
    const other = join(machine.directory, 'home');
    await mkdir(other);
    await writeFile(join(other, 'precious'), '');
    await symlink(other, machine.place);
    const script = await machine.scriptOf('true');
    const refusal = `interlink: ${machine.place} is there already, and is no directory of this user\n`;
    expect(await machine.run(script)).toEqual({ code: 4, words: refusal });
    expect(await readdir(other)).toEqual(['precious']);
    await rm(machine.place);
    await writeFile(machine.place, 'text');
    expect(await machine.run(script)).toEqual({ code: 4, words: refusal });
  });

  it.skipIf(!isRoot)('is not where another user made a directory before', async () => {
    await using machine = await Machine.create();
    await mkdir(machine.place, { mode: 0o777 });
    await chown(machine.place, nobody, nobody);
    const { code, words } = await machine.run(await machine.scriptOf('true'));
    expect({ code, words }).toMatchObject({
      code: 4,
      words: expect.stringContaining('no directory of this user') as string,
    });
    expect(await readdir(machine.place)).toEqual([]);
  });

  it('is not taken, and not removed, when another machine that sees it made it', async () => {
    await using machine = await Machine.create();
    await mkdir(join(machine.place, 'pod-1'), { recursive: true });
    await writeFile(join(machine.place, 'pod-1/job.id'), '1\n');
    await symlink('another-machine', join(machine.place, '.machine'));
    const { code, words } = await machine.run(await machine.scriptOf('true'));
    expect(code).toBe(4);
    expect(words).toMatch(/belongs to a job of this pod on another-machine\n$/);
    expect(await machine.run(await machine.scriptOf('true', { uid: 'pod-2' }))).toEqual({ code: 0, words: '' });
    expect(await readdir(machine.place)).toEqual(['.machine', 'pod-1']);
  });

  it('is removed by the next job of the same user when its own was cut off, and not while that is at work', async () => {
    await using machine = await Machine.create();
    await machine.cutOff();
    await mkdir(join(machine.directory, 'interlink-pod-3'));
    const go = join(machine.directory, 'go');
    const script = await machine.scriptOf(`until [ -e ${go} ]; do sleep 0.05; done`, { uid: 'pod-4' });
    const other = machine.start(script);
    await until(() => readFile(join(machine.directory, 'interlink-pod-4/pod-4/job.id'), 'utf8').catch(() => ''));
    expect(await machine.run(await machine.scriptOf('true', { uid: 'pod-2' }))).toEqual({ code: 0, words: '' });
    const places = (await readdir(machine.directory)).filter((name) => name.startsWith('interlink-'));
    expect(places).toEqual(['interlink-pod-4']);
    await writeFile(go, '');
    const [code] = (await once(other, 'exit')) as [number];
    expect(code).toBe(0);
  });

  it('says why it cannot be made', async () => {
    await using machine = await Machine.create();
    const script = await machine.scriptOf('true');
    const text = await readFile(script, 'utf8');
    await writeFile(script, text.replace(/^interlink_root=.*$/m, 'interlink_root=/no/such/interlink-pod-1'));
    const { code, words } = await machine.run(script);
    expect(code).toBe(4);
    expect(words).toContain('/no/such/interlink-pod-1');
  });
});
