import { silentLogger } from '@interlink/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRemotePlugin } from '../client/create-remote-plugin.ts';
import { createMemoryPlugin } from '../testing/memory-plugin.ts';
import { startForeignServer } from '../testing/foreign-server.ts';
import { serve } from '../testing/serve.ts';
import { announce } from './announce.ts';
import { buildPluginApp } from './build-plugin-app.ts';

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

describe('announce', () => {
  it('says what the methods say, of what is served', () => {
    const exec = { ...createMemoryPlugin(), exec: () => Promise.resolve({ exitCode: 0 }) };
    expect(announce({}, exec).interlink?.features).toEqual(['events', 'list', 'exec']);
    expect(announce({}, exec, ['exec', 'stats']).interlink?.features).toEqual(['exec']);
  });

  it('lets the plugin say less than it has', () => {
    expect(announce({ interlink: { version: 1, features: [] } }, createMemoryPlugin()).interlink?.features).toEqual([]);
  });

  it('does not promise what a foreign plugin behind a remote client never promised', async () => {
    const go = stack.use(await startForeignServer((_received, response) => response.end('OK')));
    const remote = stack.use(createRemotePlugin({ url: go.url, logger: silentLogger }));
    const proxy = stack.use(await serve(buildPluginApp(remote, { logger: silentLogger })));
    const outer = stack.use(createRemotePlugin({ url: proxy.address, logger: silentLogger }));
    expect(await outer.ping()).toEqual({ status: 'OK' });
    await expect(outer.list?.()).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
  });

  it('passes on what one of ours behind a remote client promised', async () => {
    const inner = stack.use(await serve(buildPluginApp(createMemoryPlugin(), { logger: silentLogger })));
    const remote = stack.use(createRemotePlugin({ url: inner.address, logger: silentLogger }));
    const proxy = stack.use(await serve(buildPluginApp(remote, { logger: silentLogger })));
    const outer = stack.use(createRemotePlugin({ url: proxy.address, logger: silentLogger }));
    expect((await outer.ping()).interlink?.features).toEqual(['events', 'list']);
    expect(await outer.list?.()).toEqual([]);
  });
});
