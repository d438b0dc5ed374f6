import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendError, InternalError, InvalidInputError, type Plugin } from '@interlink/spec';
import { silentLogger } from '@interlink/runtime';
import { buildPluginApp } from '../server/build-plugin-app.ts';
import type { Listener } from '../server/listen.ts';
import { createMemoryPlugin, type MemoryPlugin, type MemoryPluginOptions } from '../testing/memory-plugin.ts';
import { sampleData, sampleLog, samplePod, sampleUid } from '../testing/sample-pod.ts';
import { serve, temporaryDirectory, until } from '../testing/serve.ts';
import { createRemotePlugin } from './create-remote-plugin.ts';

let stack: AsyncDisposableStack;
let plugin: MemoryPlugin;
let listener: Listener;
let remote: Plugin;

async function start(overrides: MemoryPluginOptions = {}): Promise<void> {
  plugin = createMemoryPlugin(overrides);
  listener = stack.use(await serve(buildPluginApp(plugin, { logger: silentLogger })));
  remote = stack.use(createRemotePlugin({ url: listener.address, logger: silentLogger }));
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(chunks)).toString('utf8');
}

beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

describe('a plugin behind HTTP', () => {
  it('pings, and announces what it has methods for', async () => {
    await start();
    expect(await remote.ping()).toEqual({ status: 'ok', interlink: { version: 1, features: ['events', 'list'] } });
  });

  it('creates, tells status, gives logs and deletes', async () => {
    await start();
    expect(await remote.create(sampleData())).toEqual({ PodUID: sampleUid(), PodJID: '1000' });
    expect((await remote.status([samplePod(2), samplePod(1)])).map(({ interlink }) => interlink?.state)).toEqual([
      'gone',
      'known',
    ]);
    expect(await textOf(await remote.logs(sampleLog()))).toBe('log of demo-1\n');
    await remote.delete(samplePod());
    expect((await remote.status([samplePod()]))[0]?.interlink?.state).toBe('gone');
  });

  it('asks nothing for the status of no pod, which would be a ping', async () => {
    await start();
    expect(await remote.status([])).toEqual([]);
    expect(plugin.calls).toEqual([]);
  });

  it('hands the session of the caller on', async () => {
    await start();
    await remote.status([samplePod()], { sessionId: 'GetStatus#1' });
    expect(plugin.calls[0]?.options?.sessionId).toBe('GetStatus#1');
  });

  it('works over a unix socket', async () => {
    const { path } = stack.use(await temporaryDirectory());
    const app = buildPluginApp(createMemoryPlugin(), { logger: silentLogger });
    const unix = stack.use(await serve(app, { address: `unix://${path}/plugin.sock` }));
    const client = stack.use(createRemotePlugin({ url: unix.address, logger: silentLogger }));
    expect(await client.create(sampleData())).toEqual({ PodUID: sampleUid(), PodJID: '1000' });
  });

  it('gives the plugin errors back as they were', async () => {
    await start({
      create: () => Promise.reject(new InvalidInputError('no such image', { field: 'pod.spec.containers[0].image' })),
      delete: () => Promise.reject(new BackendError('scancel said no')),
    });
    await expect(remote.create(sampleData())).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      message: 'no such image',
      field: 'pod.spec.containers[0].image',
    });
    await expect(remote.delete(samplePod())).rejects.toMatchObject({ code: 'ILK_BACKEND', message: 'scancel said no' });
    await expect(remote.logs(sampleLog())).rejects.toMatchObject({ code: 'ILK_NOT_FOUND' });
  });

  it('does not tell the message of an internal error', async () => {
    await start({ ping: () => Promise.reject(new InternalError('password is hunter2')) });
    const error = await remote.ping().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ILK_INTERNAL' });
    expect(String(error)).not.toContain('hunter2');
  });

  it('ends the plugin side of a followed log when the reader goes away', async () => {
    await start();
    await remote.create(sampleData());
    const chunks = await remote.logs(sampleLog(1, { Follow: true }));
    for await (const chunk of chunks) {
      expect(Buffer.from(chunk).toString()).toBe('log of demo-1\n');
      break;
    }
    await until(() => plugin.openStreams === 0, 'the log to end');
  });

  it('rejects with the reason of the signal while a log is followed', async () => {
    await start();
    await remote.create(sampleData());
    const stop = new AbortController();
    const chunks = (await remote.logs(sampleLog(1, { Follow: true }), { signal: stop.signal }))[Symbol.asyncIterator]();
    await chunks.next();
    const next = chunks.next();
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await until(() => plugin.openStreams === 0, 'the log to end');
  });

  it('pushes events to every watcher, and lists pods', async () => {
    await start();
    await remote.create(sampleData());
    expect(await remote.list?.()).toEqual([{ uid: sampleUid(), name: 'demo-1', namespace: 'default', jobId: '1000' }]);
    const stop = new AbortController();
    const events = remote.watch?.({ signal: stop.signal })[Symbol.asyncIterator]();
    const first = events?.next();
    await until(() => plugin.openStreams === 1, 'the watch to start');
    plugin.emit({ UID: 'a', JID: '7' });
    expect(await first).toEqual({ done: false, value: { UID: 'a', JID: '7' } });
    const second = events?.next();
    stop.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await until(() => plugin.openStreams === 0, 'the watch to end');
  });
});
