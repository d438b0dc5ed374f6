import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildPluginApp, createRemoteInterLink, createRemotePlugin, listen } from '@interlink/plugin-sdk';
import { isHeartbeat, NotFoundError, type InterLinkApi, type Plugin, type PodStatusEvent } from '@interlink/spec';
import { silentLogger } from '@interlink/runtime';
import { createInterLinkApi } from '../create-interlink-api.ts';
import { createEventMailbox } from '../status/event-mailbox.ts';
import { ended, fakePlugin, pod, running } from '../testing/fake-plugin.ts';
import { buildInterLinkApp } from './build-interlink-app.ts';

/** Virtual kubelet's client → API server → plugin server, each over a socket of its own. */
async function threeProcesses(plugin: Plugin): Promise<{ api: InterLinkApi } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const own = { logger: silentLogger };
  const anywhere = { address: 'http://127.0.0.1:0' };
  const served = stack.use(await listen(buildPluginApp(plugin, own), anywhere, silentLogger));
  const remote = stack.use(createRemotePlugin({ url: served.address, ...own }));
  const app = buildInterLinkApp(createInterLinkApi(remote), own);
  const listener = stack.use(await listen(app, anywhere, silentLogger));
  const api = stack.use(createRemoteInterLink({ url: listener.address, ...own }));
  return { api, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('an API server between our own peers', () => {
  it('passes on what the plugin announces, and the calls of it', async () => {
    const held = [{ uid: 'a', name: 'pod-a', namespace: 'default', node: 'n', cluster: 'c', jobId: '1' }];
    await using world = await threeProcesses(
      fakePlugin({ ping: () => Promise.resolve({}), list: () => Promise.resolve(held) }),
    );
    expect((await world.api.ping()).interlink).toEqual({ version: 1, features: ['list'] });
    expect(await world.api.list?.()).toEqual(held);
  });

  it('brings an event of the plugin to the virtual kubelet and into the cache', async () => {
    const source = createEventMailbox(() => undefined);
    const plugin = fakePlugin({
      ping: () => Promise.resolve({}),
      watch: ({ signal } = {}) => {
        signal?.addEventListener('abort', () => source.close(signal.reason));
        return source.events;
      },
    });
    await using world = await threeProcesses(plugin);
    source.put(running('a'));
    source.put(ended('b', 3));
    const stop = new AbortController();
    const seen: PodStatusEvent[] = [];
    for await (const event of world.api.watch?.({ signal: stop.signal }) ?? []) {
      if (!isHeartbeat(event)) seen.push(event);
      if (seen.length === 2) break;
    }
    stop.abort();
    expect(seen).toEqual([running('a'), ended('b', 3)]);
    expect(await world.api.status([pod('b', 'Failed')])).toEqual([ended('b', 3)]);
  });

  it('carries the streams of an exec, its exit code and the plugin’s refusal', async () => {
    const plugin = fakePlugin({
      ping: () => Promise.resolve({}),
      exec: async ({ containerName, command }, { stdin, stdout }) => {
        if (containerName !== 'main') throw new NotFoundError('no such container', { field: 'containerName' });
        for await (const chunk of stdin ?? []) await stdout(chunk);
        return { exitCode: command.length };
      },
    });
    await using world = await threeProcesses(plugin);
    expect((await world.api.ping()).interlink?.features).toEqual(['exec']);
    const request = {
      namespace: 'default',
      podUid: 'a',
      podName: 'pod-a',
      containerName: 'main',
      command: ['cat', '-'],
    };
    const output: Uint8Array[] = [];
    const take = (chunk: Uint8Array) => Promise.resolve(void output.push(chunk));
    const streams = { stdin: Readable.from([Buffer.from('through both hops')]), stdout: take, stderr: take };
    expect(await world.api.exec?.(request, streams)).toMatchObject({ exitCode: 2 });
    expect(Buffer.concat(output).toString()).toBe('through both hops');
    const refused = world.api.exec?.({ ...request, containerName: 'other' }, streams);
    await expect(refused).rejects.toMatchObject({ code: 'ILK_NOT_FOUND', field: 'containerName' });
  });

  it('carries an update, and the plugin’s word that it knows no such pod', async () => {
    const seen: unknown[] = [];
    const plugin = fakePlugin({
      ping: () => Promise.resolve({}),
      update: (data) => {
        if (data.pod.metadata?.uid !== 'a') throw new NotFoundError('no such pod', { field: 'pod.metadata.uid' });
        return Promise.resolve(void seen.push(data.pod));
      },
    });
    await using world = await threeProcesses(plugin);
    expect((await world.api.ping()).interlink?.features).toEqual(['update']);
    await world.api.update?.({ pod: pod('a') });
    expect(seen).toEqual([pod('a')]);
    const refused = world.api.update?.({ pod: pod('b') });
    await expect(refused).rejects.toMatchObject({ code: 'ILK_NOT_FOUND', field: 'pod.metadata.uid' });
    await world.api.update?.({ pod: pod('a') });
    expect(seen).toHaveLength(2);
  });

  it('is not asked for an update that the plugin did not announce', async () => {
    await using world = await threeProcesses(fakePlugin({ ping: () => Promise.resolve({}) }));
    await expect(world.api.update?.({ pod: pod('a') })).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
  });

  it('carries the session from end to end', async () => {
    const sessions: (string | undefined)[] = [];
    const plugin = fakePlugin({
      ping: (options) => {
        sessions.push(options?.sessionId);
        return Promise.resolve({});
      },
    });
    await using world = await threeProcesses(plugin);
    await world.api.ping({ sessionId: 'PingInterLink#5' });
    expect(sessions).toEqual(['PingInterLink#5']);
  });
});
