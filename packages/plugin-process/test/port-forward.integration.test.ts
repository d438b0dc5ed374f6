import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plugin, Pod } from '@interlink/spec';
import { bytesOf, containerOf, handFed, record, startPod, type Recorded } from './stream-world.ts';
import { container, podWith, ProcessWorld, ran, until } from './world.ts';

let world: ProcessWorld;
let plugin: Plugin;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  world = stack.use(await ProcessWorld.create());
  plugin = await world.start();
});
afterEach(() => stack.disposeAsync());

const start = (): Promise<Pod> =>
  startPod(plugin, podWith({ containers: [container({ script: 'trap "exit 0" TERM; while :; do sleep 0.1; done' })] }));

/** A server of the pod's network, which is that of this machine. */
async function listen(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, host);
  await once(server, 'listening');
  stack.defer(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function forward(pod: Pod, port: number, streams: Recorded, signal?: AbortSignal) {
  const { namespace, podUid, podName } = containerOf(pod);
  return plugin.portForward?.({ namespace, podUid, podName, port }, streams, signal === undefined ? {} : { signal });
}

describe('port-forward', () => {
  it.each(['127.0.0.1', '::1'])('carries a connection to a port of %s, with its half close', async (host) => {
    const port = await listen((socket) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      // Only the end of what was sent is answered.
      socket.on('end', () => socket.end(`got ${text}`, 'latin1'));
    }, host);
    const streams = record({ stdin: bytesOf('GET ', '\0\xff') });
    await forward(await start(), port, streams);
    expect(streams.got).toEqual({ stdout: 'got GET \0\xff', stderr: '' });
  });

  it('ends when the far end does, while the caller has more to say', async () => {
    const port = await listen((socket) => socket.end('bye'));
    const streams = record({ stdin: handFed<Uint8Array>() });
    await forward(await start(), port, streams);
    expect(streams.got.stdout).toBe('bye');
  });

  it('carries 10 MB in both directions byte for byte', async () => {
    const port = await listen((socket) => socket.pipe(socket));
    const data = Buffer.alloc(10_000_000);
    for (let index = 0; index < data.length; index += 1) data[index] = (index * 17 + (index >> 8) * 3) % 256;
    const back: Uint8Array[] = [];
    const streams = {
      ...record({ stdin: bytesOf(data.toString('latin1')) }),
      stdout: (chunk: Uint8Array) => Promise.resolve(void back.push(chunk)),
    };
    await forward(await start(), port, streams);
    expect(Buffer.concat(back).equals(data)).toBe(true);
  });

  it('says that nothing listens on a port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(forward(await start(), port, record({ stdin: handFed<Uint8Array>() }))).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      message: `port ${port}: Connection refused`,
    });
  });

  it('refuses a pod that is not there or does not run', async () => {
    const pod = podWith();
    await ran(plugin, pod);
    await expect(forward(pod, 80, record())).rejects.toMatchObject({ code: 'ILK_CONFLICT', field: 'podUid' });
    const unknown = podWith({}, 'unknown');
    await expect(forward(unknown, 80, record())).rejects.toMatchObject({ code: 'ILK_NOT_FOUND', field: 'podUid' });
  });

  it('ends by the signal: the far end sees it', async () => {
    const ends: string[] = [];
    const port = await listen((socket) => {
      socket.write('hello');
      socket.on('end', () => ends.push('end')).on('error', () => ends.push('error'));
    });
    const streams = record({ stdin: handFed<Uint8Array>() });
    const stop = new AbortController();
    const session = forward(await start(), port, streams, stop.signal);
    await until(
      () => Promise.resolve(streams.got.stdout),
      (got) => got === 'hello',
    );
    stop.abort(new Error('enough'));
    await expect(session).rejects.toThrow('enough');
    await until(
      () => Promise.resolve(ends),
      (seen) => seen.length > 0,
    );
  });
});
