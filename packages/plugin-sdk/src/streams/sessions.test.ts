import { once } from 'node:events';
import { WebSocket } from 'ws';
import { silentLogger } from '@interlink/runtime';
import { ConflictError, type ExecRequest, type Plugin, type StreamSession } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRemotePlugin } from '../client/create-remote-plugin.ts';
import { buildPluginApp } from '../server/build-plugin-app.ts';
import type { MemoryPluginOptions } from '../testing/memory-plugin.ts';
import { serve, until } from '../testing/serve.ts';
import {
  execSample as exec,
  sampleExec,
  sessionPath as path,
  startSessions,
  type SessionOptions,
} from '../testing/session-world.ts';
import { chunksOf, echo, endless, recordStreams, takeSizes } from '../testing/stream-plugin.ts';
import { streamProtocol } from './channels.ts';

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

const mebibyte = 1024 * 1024;
const request = sampleExec;
const start = (overrides: MemoryPluginOptions, options?: SessionOptions) => startSessions(stack, overrides, options);

describe('a session over HTTP', () => {
  it.each(['exec', 'attach'] as const)(
    '%s carries request, input, output, errors and the exit code',
    async (feature) => {
      const seen: unknown[] = [];
      const { plugin } = await start({
        [feature]: (...call: Parameters<typeof echo>) => {
          seen.push(call[0]);
          return echo(...call);
        },
      });
      const streams = recordStreams({ stdin: chunksOf('one ', 'two\0\xff') });
      const { command, ...container } = request;
      const asked = feature === 'exec' ? { ...container, command } : container;
      expect(await plugin[feature]?.(asked as ExecRequest, streams)).toMatchObject({ exitCode: 3 });
      expect(streams.text).toEqual({ stdout: 'one two\0\xff', stderr: 'end of input' });
      expect((await plugin.ping()).interlink?.features).toContain(feature);
      expect(seen).toEqual([asked]);
    },
  );

  it('gives no input where the caller has none', async () => {
    const { plugin } = await start({ exec: echo });
    const streams = recordStreams();
    await exec(plugin, streams);
    expect(streams.text.stderr).toBe('no input');
  });

  it('carries one connection of a port, with its half close', async () => {
    const { plugin } = await start({
      portForward: async ({ port }, { stdin, stdout }) => {
        let text = '';
        for await (const chunk of stdin ?? []) text += Buffer.from(chunk).toString();
        await stdout(Buffer.from(`port ${port} got ${text}`));
      },
    });
    const streams = recordStreams({ stdin: chunksOf('a request') });
    await plugin.portForward?.({ ...request, port: 8080 }, streams);
    expect(streams.text.stdout).toBe('port 8080 got a request');
  });

  it('carries the sizes of a terminal', async () => {
    const { plugin } = await start({
      exec: async (_, { resize }) => ({ exitCode: (await takeSizes(resize, 1))[0]?.width ?? 0 }),
    });
    // eslint-disable-next-line @typescript-eslint/require-await -- all of it is there
    async function* sizes() {
      yield { width: 120, height: 40 };
    }
    const streams = recordStreams({ resize: sizes() });
    expect(await plugin.exec?.({ ...request, tty: true }, streams)).toMatchObject({ exitCode: 120 });
  });

  it('gives the errors of the plugin with their code and field, and hides a bug', async () => {
    const refusal = new ConflictError('container main is not running', { field: 'containerName' });
    const refusing = await start({ exec: () => Promise.reject(refusal) });
    const { code, message, field } = refusal;
    await expect(exec(refusing.plugin, recordStreams())).rejects.toMatchObject({ code, message, field });
    const broken = await start({ exec: () => Promise.reject(new TypeError('secret')) });
    await expect(exec(broken.plugin, recordStreams())).rejects.toMatchObject({
      code: 'ILK_INTERNAL',
      message: expect.not.stringContaining('secret') as string,
    });
  });

  it('carries 16 MiB in both directions byte for byte', async () => {
    const { plugin } = await start({ exec: echo });
    const block = Buffer.alloc(mebibyte);
    for (let index = 0; index < block.length; index += 1) block[index] = (index * 7 + (index >> 8)) % 256;
    async function* input() {
      for (let count = 0; count < 16; count += 1) yield await Promise.resolve(block);
    }
    let position = 0;
    let wrong = 0;
    const streams: StreamSession = {
      ...recordStreams(),
      stdin: input(),
      stdout: (chunk) => {
        for (const byte of chunk) if (byte !== block[position++ % block.length]) wrong += 1;
        return Promise.resolve();
      },
    };
    expect(await exec(plugin, streams)).toMatchObject({ exitCode: 3 });
    expect({ position, wrong }).toEqual({ position: 16 * mebibyte, wrong: 0 });
  });

  it('takes a command of 128 KiB', async () => {
    const { plugin } = await start({
      exec: ({ command }) => Promise.resolve({ exitCode: command[1]?.length === 128 * 1024 ? 0 : 1 }),
    });
    const command = ['echo', 'x'.repeat(128 * 1024)];
    expect(await plugin.exec?.({ ...request, command }, recordStreams())).toEqual({ exitCode: 0 });
  });

  it('passes through a server that stands in front of another', async () => {
    const inner = await start({ exec: echo });
    const outer = stack.use(await serve(buildPluginApp(inner.plugin, { logger: silentLogger })));
    const plugin = stack.use(createRemotePlugin({ url: outer.address, logger: silentLogger }));
    const streams = recordStreams({ stdin: chunksOf('through') });
    expect(await exec(plugin, streams)).toMatchObject({ exitCode: 3 });
    expect(streams.text.stdout).toBe('through');
  });
});

describe('back-pressure', () => {
  const bound = 24 * mebibyte;

  it('holds a plugin that writes more than the caller takes', async () => {
    let written = 0;
    const { plugin } = await start({
      exec: async (_, { stdout }) => {
        for (; written < 64 * mebibyte; written += 65_536) await stdout(Buffer.alloc(65_536));
        return { exitCode: 0 };
      },
    });
    let taken = 0;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const streams: StreamSession = {
      ...recordStreams(),
      stdout: async ({ length }) => {
        taken += length;
        await held;
      },
    };
    const session = exec(plugin, streams);
    await settled(() => written);
    expect(written).toBeLessThan(bound);
    letGo();
    await session;
    expect(taken).toBe(64 * mebibyte);
  });

  it('holds a caller that sends more than the plugin reads', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let received = 0;
    const { plugin } = await start({
      exec: async (_, { stdin }) => {
        await held;
        for await (const { length } of stdin ?? []) received += length;
        return { exitCode: 0 };
      },
    });
    let sent = 0;
    async function* input() {
      for (; sent < 64 * mebibyte; sent += 65_536) yield await Promise.resolve(Buffer.alloc(65_536));
    }
    const session = exec(plugin, recordStreams({ stdin: input() }));
    await settled(() => sent);
    expect(sent).toBeLessThan(bound);
    letGo();
    await session;
    expect(received).toBe(64 * mebibyte);
  });

  it('ends a session whose input nobody read', async () => {
    const { plugin } = await start({ exec: () => Promise.resolve({ exitCode: 0 }) });
    async function* input() {
      for (let sent = 0; sent < 64; sent += 1) yield await Promise.resolve(Buffer.alloc(mebibyte));
    }
    expect(await exec(plugin, recordStreams({ stdin: input() }))).toEqual({ exitCode: 0 });
  });
});

/** Resolves once a number has grown and then stood still for a while. */
async function settled(read: () => number): Promise<void> {
  let last = 0;
  let still = 0;
  await until(() => {
    const now = read();
    still = now > 0 && now === last ? still + 1 : 0;
    last = now;
    return still > 30;
  }, 'the flow to stop');
}

describe('the end of a session', () => {
  /** A plugin whose sessions run until they are ended, and how they were. */
  function hanging(read: (streams: StreamSession) => Promise<void> = () => Promise.resolve()) {
    const ends: unknown[] = [];
    const inputs: unknown[] = [];
    const begun: string[] = [];
    const run: NonNullable<Plugin['exec']> = async (_, streams, { signal } = {}) => {
      begun.push('begun');
      read(streams).catch((error: unknown) => inputs.push(error));
      await once(signal as AbortSignal, 'abort');
      ends.push(signal?.reason);
      throw signal?.reason as Error;
    };
    return { ends, inputs, begun, run };
  }
  const drain = async ({ stdin }: StreamSession): Promise<void> => {
    for await (const _ of stdin ?? []);
  };

  it('comes by the signal of the caller, with its reason, and ends the plugin’s part', async () => {
    const { ends, begun, run } = hanging();
    const { plugin } = await start({ exec: run });
    const stop = new AbortController();
    const session = exec(plugin, recordStreams({ stdin: endless() }), { signal: stop.signal });
    await until(() => begun.length > 0, 'the session');
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(session).rejects.toBe(reason);
    await until(() => ends.length > 0, 'the end of the plugin’s part');
  });

  it('comes when a stream of the caller fails', async () => {
    const { ends, run } = hanging(({ stdout }) => stdout(Buffer.from('text')));
    const { plugin } = await start({ exec: run });
    const full = { ...recordStreams(), stdout: () => Promise.reject(new Error('disk full')) };
    await expect(exec(plugin, full)).rejects.toThrow('disk full');
    async function* broken() {
      yield await Promise.resolve(Buffer.from('half'));
      throw new Error('source lost');
    }
    await expect(exec(plugin, recordStreams({ stdin: broken() }))).rejects.toThrow('source lost');
    await until(() => ends.length === 2, 'the end of the plugin’s part');
  });

  it('comes when the client is gone, and half an input is not taken for a whole one', async () => {
    const { ends, inputs, begun, run } = hanging(drain);
    const { url } = await start({ exec: run });
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path()}`, streamProtocol);
    await once(socket, 'open');
    socket.send(Buffer.from('\0half'));
    await until(() => begun.length > 0, 'the session');
    socket.terminate();
    await until(() => ends.length > 0 && inputs.length > 0, 'the end of the plugin’s part');
    expect(ends[0]).toMatchObject({ code: 'ILK_UNAVAILABLE' });
  });

  it('comes when the client is gone while its input is not read', async () => {
    const { ends, begun, run } = hanging();
    const { url } = await start({ exec: run });
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path()}`, streamProtocol);
    await once(socket, 'open');
    for (let count = 0; count < 32; count += 1) socket.send(Buffer.alloc(mebibyte));
    await until(() => begun.length > 0 && socket.bufferedAmount > mebibyte, 'a full connection');
    socket.terminate();
    await until(() => ends.length > 0, 'the end of the plugin’s part');
  });

  it('comes with the server, which waits for nobody longer than it should', async () => {
    const { ends, begun, run } = hanging();
    const { plugin, stop } = await start({ exec: run });
    const session = exec(plugin, recordStreams({ stdin: endless() }));
    session.catch(() => undefined);
    await until(() => begun.length > 0, 'the session');
    await stop();
    await expect(session).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    expect(ends).toHaveLength(1);
  });

  it('comes when the client of the plugin is disposed', async () => {
    const { ends, begun, run } = hanging();
    const { plugin } = await start({ exec: run });
    const session = exec(plugin, recordStreams());
    session.catch(() => undefined);
    await until(() => begun.length > 0, 'the session');
    await plugin[Symbol.asyncDispose]();
    await expect(session).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE', details: { ambiguous: true } });
    await until(() => ends.length > 0, 'the end of the plugin’s part');
  });
});
