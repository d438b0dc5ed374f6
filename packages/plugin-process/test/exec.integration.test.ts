import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plugin, Pod, TerminalSize } from '@interlink/spec';
import {
  bytesOf,
  containerOf,
  handFed,
  processesWith,
  record,
  sh,
  startPod,
  untilNoProcess,
  type Recorded,
} from './stream-world.ts';
import { container, ended, podWith, ProcessWorld, ran, until } from './world.ts';

let world: ProcessWorld;
let plugin: Plugin;
let words = 0;
beforeEach(async () => {
  world = await ProcessWorld.create();
  plugin = await world.start();
});
afterEach(() => world[Symbol.asyncDispose]());

const untilStopped = 'trap "exit 0" TERM; while :; do sleep 0.1; done';
const start = (script = untilStopped, more = {}): Promise<Pod> =>
  startPod(plugin, podWith({ containers: [container({ script, ...more })] }));
/** A number of seconds that no other process sleeps. */
const rareSleep = (): string => `6${process.pid}.${(words += 1)}`;

describe('exec', () => {
  it('gives streams, exit code, environment and working directory', async () => {
    const pod = await start(undefined, { env: [{ name: 'GREETING', value: 'hello $USER' }], workingDir: '/usr' });
    const script = 'cat; pwd; echo "$GREETING"; echo error >&2; exit 7';
    const streams = record({ stdin: bytesOf('in ', '\0\xff\n') });
    expect(await sh(plugin, pod, script, { streams })).toEqual({
      exitCode: 7,
      stdout: 'in \0\xff\n/usr\nhello $USER\n',
      stderr: 'error\n',
    });
  });

  it('gives the words of the command as they are, and nothing of them to a shell', async () => {
    const pod = await start();
    const command = [
      'printf',
      '%s\\n',
      '$(touch /tmp/pwned)',
      '`id`',
      '',
      '"',
      "'",
      '-n',
      '--',
      'ä✓',
      'a\nb',
      '; exit 9',
    ];
    const streams = record();
    expect(await plugin.exec?.({ ...containerOf(pod), command }, streams)).toEqual({ exitCode: 0 });
    const expected = command.slice(2).map((word) => `${word}\n`);
    expect(Buffer.from(streams.got.stdout, 'latin1').toString()).toBe(expected.join(''));
  });

  it.each([
    ['exit 255', 255],
    ['kill -9 $$', 137],
    ['kill -15 $$', 143],
    ['exec no-such-command-anywhere', 127],
    ['true', 0],
  ])('%s ends with %i', async (script, exitCode) => {
    expect((await sh(plugin, await start(), script)).exitCode).toBe(exitCode);
  });

  it('has an empty input where the caller has none', async () => {
    expect(await sh(plugin, await start(), 'cat; echo end')).toMatchObject({ exitCode: 0, stdout: 'end\n' });
  });

  it('carries 10 MB in both directions byte for byte', async () => {
    const pod = await start();
    const data = Buffer.alloc(10_000_000);
    for (let index = 0; index < data.length; index += 1) data[index] = (index * 31 + (index >> 8) * 7) % 256;
    async function* input() {
      for (let at = 0; at < data.length; at += 70_001) yield await Promise.resolve(data.subarray(at, at + 70_001));
    }
    const digest = createHash('sha256');
    let errors = '';
    const streams = {
      stdin: input(),
      stdout: (chunk: Uint8Array) => Promise.resolve(void digest.update(chunk)),
      stderr: (chunk: Uint8Array) => Promise.resolve(void (errors += Buffer.from(chunk).toString())),
    };
    const command = ['sh', '-c', 'exec 3>&1; tee /dev/fd/3 | sha256sum >/dev/stderr'];
    expect(await plugin.exec?.({ ...containerOf(pod), command }, streams)).toEqual({ exitCode: 0 });
    const expected = createHash('sha256').update(data).digest('hex');
    expect(digest.digest('hex')).toBe(expected);
    expect(errors).toContain(expected);
  });

  it('runs many at the same time, each with its own streams', async () => {
    const pod = await start();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        sh(plugin, pod, `cat; exit ${index}`, { streams: record({ stdin: bytesOf(`${index}`) }) }),
      ),
    );
    expect(results).toEqual(results.map((_, index) => ({ exitCode: index, stdout: `${index}`, stderr: '' })));
  });

  it('refuses what is not there or does not run', async () => {
    const pod = podWith({
      containers: [container({ script: untilStopped }), container({ name: 'ended', script: 'true' })],
    });
    await ran(plugin, podWith({}, 'ended'));
    await plugin.create({ pod, container: [] });
    await until(
      () => plugin.status([pod]),
      ([status]) => status?.containers?.[1]?.state?.terminated !== undefined,
    );
    const command = ['true'];
    const exec = (request: object) => plugin.exec?.({ ...containerOf(pod), command, ...request }, record());
    await expect(exec({ podUid: 'unknown' })).rejects.toMatchObject({ code: 'ILK_NOT_FOUND', field: 'podUid' });
    await expect(exec({ containerName: 'nobody' })).rejects.toMatchObject({
      code: 'ILK_NOT_FOUND',
      field: 'containerName',
    });
    await expect(exec({ containerName: 'ended' })).rejects.toMatchObject({
      code: 'ILK_CONFLICT',
      field: 'containerName',
      message: expect.stringContaining('not running') as string,
    });
    await expect(exec({ podUid: 'ended' })).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
  });
});

describe('the end of an exec', () => {
  it('comes by the signal, and nothing of it is left', async () => {
    const pod = await start();
    const word = rareSleep();
    const stop = new AbortController();
    const script = `sleep ${word} & (trap "" TERM HUP; sleep ${word}) & timeout 700 sleep ${word}`;
    const run = sh(plugin, pod, script, { signal: stop.signal });
    await until(
      () => processesWith(word),
      (found) => found.length === 4,
    );
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(run).rejects.toBe(reason);
    await untilNoProcess(word);
    expect((await sh(plugin, pod, 'true')).exitCode).toBe(0);
  });

  it('comes with an input that fails, or an output that is not taken', async () => {
    const pod = await start();
    const word = rareSleep();
    const stdin = handFed<Uint8Array>();
    const run = sh(plugin, pod, `cat >/dev/null; echo whole; sleep ${word}`, { streams: record({ stdin }) });
    stdin.put(Buffer.from('half'));
    await until(
      () => processesWith('cat'),
      (found) => found.length > 0,
    );
    stdin.fail(new Error('caller lost'));
    await expect(run).rejects.toThrow('caller lost');
    const full = { ...record(), stdout: () => Promise.reject(new Error('disk full')) };
    await expect(sh(plugin, pod, `echo text; sleep ${word}`, { streams: full })).rejects.toThrow('disk full');
    await untilNoProcess(word);
  });

  it('comes with the end of the container', async () => {
    const pod = await start('sleep 2; exit 3');
    const word = rareSleep();
    const { exitCode } = await sh(plugin, pod, `sleep ${word}`);
    expect(exitCode).toBe(137);
    expect((await ended(plugin, pod)).containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 3 });
    await untilNoProcess(word);
  });

  it('comes when the plugin ends', async () => {
    const pod = await start();
    const word = rareSleep();
    const run = sh(plugin, pod, `sleep ${word}`);
    run.catch(() => undefined);
    await until(
      () => processesWith(word),
      (found) => found.length > 0,
    );
    await plugin[Symbol.asyncDispose]();
    await expect(run).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    expect(await processesWith(word)).toEqual([]);
    plugin = await world.start();
  });

  it('does not wait for what the command leaves in the container, which goes with the container', async () => {
    const pod = await start();
    const word = rareSleep();
    expect(await sh(plugin, pod, `sleep ${word} & echo started`)).toMatchObject({ exitCode: 0, stdout: 'started\n' });
    expect(await processesWith(word)).toHaveLength(1);
    await plugin.delete(pod);
    await untilNoProcess(word);
  });

  it('is the same by force', async () => {
    const pod = await start();
    const word = rareSleep();
    await sh(plugin, pod, `nohup sleep ${word} >/dev/null 2>&1 & echo started`);
    await plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 } });
    await untilNoProcess(word);
  });
});

describe('exec with a terminal', () => {
  const shows = (streams: Recorded, text: string) =>
    until(
      () => Promise.resolve(streams.got.stdout),
      (got) => got.includes(text),
    );

  it('has one, of the size of the caller’s', async () => {
    const pod = await start();
    const resize = handFed<TerminalSize>();
    resize.put({ width: 100, height: 30 });
    const script = 'test -t 0 && test -t 1 && test -t 2 && echo yes; stty size; echo "$TERM"; echo error >&2; exit 5';
    const result = await sh(plugin, pod, script, { streams: record({ resize }), tty: true });
    expect(result).toEqual({ exitCode: 5, stdout: 'yes\r\n30 100\r\nxterm\r\nerror\r\n', stderr: '' });
  });

  it('passes keys on: echo, line ends, Ctrl-D', async () => {
    const pod = await start();
    const stdin = handFed<Uint8Array>();
    const streams = record({ stdin });
    const run = sh(plugin, pod, 'echo ready; while read -r line; do echo "got $line"; done; echo over', {
      streams,
      tty: true,
    });
    await shows(streams, 'ready');
    stdin.put(Buffer.from('typed\r'));
    await shows(streams, 'typed\r\ngot typed\r\n');
    stdin.put(Buffer.from([4]));
    expect(await run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('over') as string });
  });

  it('follows the size, and passes Ctrl-C on as a signal', async () => {
    const pod = await start();
    const [stdin, resize] = [handFed<Uint8Array>(), handFed<TerminalSize>()];
    const streams = record({ stdin, resize });
    const script = 'trap "stty size" WINCH; trap "exit 9" INT; echo ready; while :; do sleep 0.05; done';
    const run = sh(plugin, pod, script, { streams, tty: true });
    await shows(streams, 'ready');
    resize.put({ width: 132, height: 50 });
    await shows(streams, '50 132');
    stdin.put(Buffer.from([3]));
    expect(await run).toMatchObject({ exitCode: 9 });
  });

  it('ends by the signal, and nothing of it is left', async () => {
    const pod = await start();
    const word = rareSleep();
    const stop = new AbortController();
    const script = `trap "" HUP TERM; sleep ${word} & sleep ${word}`;
    const run = sh(plugin, pod, script, { signal: stop.signal, tty: true });
    await until(
      () => processesWith(word),
      (found) => found.length === 2,
    );
    stop.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    await untilNoProcess(word);
  });

  it('needs no input', async () => {
    const started = performance.now();
    expect(await sh(plugin, await start(), 'sleep 1; echo done', { tty: true })).toMatchObject({
      exitCode: 0,
      stdout: 'done\r\n',
    });
    expect(performance.now() - started).toBeGreaterThan(1000);
  });
});
