import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Container, Plugin, Pod, TerminalSize } from '@interlink/spec';
import { containerOf, handFed, record, startPod, untilNoProcess, type Recorded } from './stream-world.ts';
import { container, ended, exitCodes, logOf, podWith, ProcessWorld, ran, statusOf, until } from './world.ts';

let world: ProcessWorld;
let plugin: Plugin;
beforeEach(async () => {
  world = await ProcessWorld.create();
  plugin = await world.start();
});
afterEach(() => world[Symbol.asyncDispose]());

const start = (script: string, more: Partial<Container> = {}): Promise<Pod> =>
  startPod(plugin, podWith({ containers: [container({ script, ...more })] }));

function attach(pod: Pod, streams: Recorded, { signal, tty }: { signal?: AbortSignal; tty?: boolean } = {}) {
  const request = { ...containerOf(pod), ...(tty === undefined ? {} : { tty }) };
  return plugin.attach?.(request, streams, signal === undefined ? {} : { signal });
}

const shows = (streams: Recorded, text: string) =>
  until(
    () => Promise.resolve(streams.got.stdout),
    (got) => got.includes(text),
  );
const echoing = 'echo ready; while read -r line; do echo "got $line"; done; echo over; sleep 1; exit 4';

describe('attach', () => {
  it('gives what a container writes from now on, and ends with it', async () => {
    const script = 'echo before; until [ -e go ]; do echo tick; sleep 0.05; done; echo after; echo error >&2; exit 3';
    const pod = await start(script, { workingDir: world.root });
    await until(
      () => logOf(plugin, pod),
      (log) => log.includes('tick'),
    );
    const streams = record();
    const session = attach(pod, streams);
    await shows(streams, 'tick');
    await plugin.exec?.({ ...containerOf(pod), command: ['touch', 'go'] }, record());
    expect(await session).toEqual({ exitCode: 0 });
    expect(streams.got.stdout).toMatch(/^(?:tick\n)+after\nerror\n$/);
    expect((await ended(plugin, pod)).containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 3 });
  });

  it('brings the input of one caller after the other to a container that has one', async () => {
    const pod = await start(echoing, { stdin: true });
    for (const word of ['first', 'second']) {
      const stdin = handFed<Uint8Array>();
      const streams = record({ stdin });
      const stop = new AbortController();
      const session = attach(pod, streams, { signal: stop.signal });
      stdin.put(Buffer.from(`${word}\n`));
      await shows(streams, `got ${word}\n`);
      stdin.end();
      stop.abort(new Error('enough'));
      await expect(session).rejects.toThrow('enough');
    }
    expect(await logOf(plugin, pod)).toBe('ready\ngot first\ngot second\n');
  });

  it('ends the input with its first caller where the pod says so (stdinOnce)', async () => {
    const pod = await start(echoing, { stdin: true, stdinOnce: true });
    const stdin = handFed<Uint8Array>();
    const streams = record({ stdin });
    const session = attach(pod, streams);
    stdin.put(Buffer.from('only\n'));
    await shows(streams, 'got only\n');
    stdin.end();
    expect(await session).toEqual({ exitCode: 0 });
    expect(streams.got.stdout).toMatch(/got only\nover\n$/);
    expect((await ended(plugin, pod)).containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 4 });
  });

  it('drops the input of a container that has none', async () => {
    const pod = await start('read -r line; echo "code $?"; sleep 1');
    const stdin = handFed<Uint8Array>();
    stdin.put(Buffer.from('unheard\n'));
    expect(await attach(pod, record({ stdin }))).toEqual({ exitCode: 0 });
    expect(await logOf(plugin, pod)).toBe('code 1\n');
  });

  it('passes on what a raw terminal sends to a container that has one', async () => {
    const pod = await start(echoing, { stdin: true, tty: true });
    const stdin = handFed<Uint8Array>();
    const streams = record({ stdin });
    const stop = new AbortController();
    const session = attach(pod, streams, { signal: stop.signal, tty: true });
    stdin.put(Buffer.from('typed\r'));
    await shows(streams, 'got typed\r\n');
    stop.abort(new Error('enough'));
    await expect(session).rejects.toThrow('enough');
  });

  it('leaves the container alone when it is ended', async () => {
    const pod = await start('trap "echo stopped" TERM HUP; echo up; sleep 2; echo lived');
    const stop = new AbortController();
    const session = attach(pod, record(), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(session).rejects.toThrow('enough');
    await ended(plugin, pod);
    expect(await logOf(plugin, pod)).toBe('up\nlived\n');
  });

  it('refuses what is not there or does not run', async () => {
    const pod = podWith();
    await ran(plugin, pod);
    await expect(attach(pod, record())).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
    const nobody = plugin.attach?.({ ...containerOf(pod), containerName: 'nobody' }, record());
    await expect(nobody).rejects.toMatchObject({ code: 'ILK_NOT_FOUND', field: 'containerName' });
  });
});

describe('a container with an input', () => {
  it('waits for it, whether somebody attaches or not, and starts over with a new one', async () => {
    const script = 'if [ -e once ]; then echo again; exit 0; fi; touch once; head -n 1; exit 1';
    const pod = await startPod(
      plugin,
      podWith({ restartPolicy: 'OnFailure', containers: [container({ script, stdin: true, workingDir: world.root })] }),
    );
    const stdin = handFed<Uint8Array>();
    const session = attach(pod, record({ stdin }));
    stdin.put(Buffer.from('line\n'));
    await session;
    const status = await ended(plugin, pod);
    expect(status.containers?.[0]).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 0 } } });
    expect(await logOf(plugin, pod, 'main', { Previous: true })).toBe('line\n');
  });

  it('with a terminal, never sees its end (as `cat` in a Jenkins agent)', async () => {
    const pod = await start('cat; echo ended', { tty: true });
    const { exitCode } = (await plugin.exec?.({ ...containerOf(pod), command: ['sleep', '1'] }, record())) ?? {};
    expect(exitCode).toBe(0);
    expect(await logOf(plugin, pod)).toBe('');
  });
});

describe.each([
  ['', {}],
  [', with mounts of its own', { volumeMounts: [{ name: 'e', mountPath: '/interlink-test' }] }],
])('a container with a terminal%s', (_name, more: Partial<Container>) => {
  const terminal = { stdin: true, tty: true, ...more };
  const volumes = [{ name: 'e', emptyDir: {} }];
  const startOne = (script: string, spec: Partial<Pod['spec']> = {}): Promise<Pod> =>
    startPod(plugin, podWith({ volumes, containers: [container({ script, ...terminal })], ...spec }));

  it('is a program on a terminal of the size of the caller’s, which follows it', async () => {
    const pod = await startOne('tty -s && echo "$TERM"; trap "stty size" WINCH; echo up; while :; do sleep 0.05; done');
    const resize = handFed<TerminalSize>();
    const streams = record({ stdin: handFed<Uint8Array>(), resize });
    const stop = new AbortController();
    const session = attach(pod, streams, { signal: stop.signal, tty: true });
    resize.put({ width: 77, height: 33 });
    await shows(streams, '33 77\r\n');
    resize.put({ width: 100, height: 50 });
    await shows(streams, '50 100\r\n');
    stop.abort(new Error('enough'));
    await expect(session).rejects.toThrow('enough');
    expect(await logOf(plugin, pod)).toMatch(/^xterm\r\nup\r\n/);
  });

  it('is a shell with prompt, echo, Ctrl-C and Ctrl-D, and has its exit code', async () => {
    const pod = await startOne('exec sh -i');
    const stdin = handFed<Uint8Array>();
    const streams = record({ stdin });
    const session = attach(pod, streams, { tty: true });
    stdin.put(Buffer.from('echo "$((40 + 2))"; sleep 300\r'));
    await shows(streams, '42\r\n');
    expect(streams.got.stdout).toContain('echo "$((40 + 2))"; sleep 300\r\n');
    stdin.put(Buffer.from('\u0003'));
    stdin.put(Buffer.from('(exit 5)\r'));
    await shows(streams, '(exit 5)\r\n');
    stdin.put(Buffer.from('\u0004'));
    expect(await session).toEqual({ exitCode: 0 });
    expect(exitCodes(await ended(plugin, pod))).toEqual([5]);
  });

  it('gets SIGTERM itself, and is joined by exec', async () => {
    const pod = await startOne('trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.05; done');
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\r\n',
    );
    const status = await plugin.exec?.({ ...containerOf(pod), command: ['sh', '-c', 'exit 6'] }, record());
    expect(status).toEqual({ exitCode: 6 });
    await plugin.delete(pod);
    const end = await until(
      () => statusOf(plugin, pod),
      ({ interlink }) => interlink?.state === 'gone',
    );
    expect(end.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 3 });
    expect(await logOf(plugin, pod)).toBe('up\r\nbye\r\n');
  });

  it('is killed with all that it started when its time is over', async () => {
    const word = `on-terminal-${process.pid}`;
    const pod = await startOne(
      `trap "" TERM HUP; set -m; sh -c "trap '' TERM HUP; sleep 300; true" ${word} & echo up; wait; wait`,
    );
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'up\r\n',
    );
    await plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 1 } });
    const end = await until(
      () => statusOf(plugin, pod),
      ({ interlink }) => interlink?.state === 'gone',
    );
    expect(end.containers?.[0]?.state?.terminated).toMatchObject({ exitCode: 137 });
    await untilNoProcess(word);
  });

  it('is restarted on a terminal of its own', async () => {
    const pod = await startOne('tty -s; echo "terminal $?"; sleep 2; exit 1', { restartPolicy: 'OnFailure' });
    await until(
      () => statusOf(plugin, pod),
      ({ containers }) => (containers?.[0]?.restartCount ?? 0) > 0,
    );
    expect(await logOf(plugin, pod, 'main', { Previous: true })).toBe('terminal 0\r\n');
    await until(
      () => logOf(plugin, pod),
      (log) => log === 'terminal 0\r\n',
    );
  });
});
