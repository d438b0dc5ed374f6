import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Container, Plugin, Pod } from '@interlink/spec';
import { containerOf, handFed, record, startPod, type Recorded } from './stream-world.ts';
import { container, ended, logOf, podWith, ProcessWorld, ran, until } from './world.ts';

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

  it('translates the lines of a raw terminal for a container that asks for one', async () => {
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
