import { describe, expect, it } from 'vitest';
import type { CallOptions, CreateStruct, LogStruct, RetrievedPodData } from '@interlink/spec';
import { createInterLinkApi } from './create-interlink-api.ts';
import { compileTemplate } from './go-template/index.ts';
import { deferred, ended, fakePlugin, gone, pod, running } from './testing/fake-plugin.ts';

describe('createInterLinkApi', () => {
  it('creates with the assembled data and the caller’s session', async () => {
    const calls: [RetrievedPodData, CallOptions | undefined][] = [];
    const create = (data: RetrievedPodData, call?: CallOptions): Promise<CreateStruct> => {
      calls.push([data, call]);
      return Promise.resolve({ PodUID: 'a', PodJID: '17' });
    };
    const template = compileTemplate('t', 'run {{ .Pod.Name }}');
    const api = createInterLinkApi(fakePlugin({ create }), { jobScript: { template } });
    expect(await api.create({ pod: pod('a') }, { sessionId: 'CreatePod#1' })).toEqual({ PodUID: 'a', PodJID: '17' });
    expect(calls[0]?.[0]).toMatchObject({ container: [{ name: 'main' }], jobScript: 'run pod-a' });
    expect(calls[0]?.[1]?.sessionId).toBe('CreatePod#1');
  });

  it('creates once for the same pod at the same time', async () => {
    const answer = deferred<CreateStruct>();
    let calls = 0;
    const create = (): Promise<CreateStruct> => {
      calls += 1;
      return answer.promise;
    };
    const api = createInterLinkApi(fakePlugin({ create }));
    const both = Promise.all([api.create({ pod: pod('a') }), api.create({ pod: pod('a') })]);
    await new Promise(setImmediate);
    answer.resolve({ PodUID: 'a', PodJID: '1' });
    expect(await both).toHaveLength(2);
    expect(calls).toBe(1);
  });

  it('refuses a wrong request without asking the plugin', async () => {
    const api = createInterLinkApi(fakePlugin());
    await expect(api.create({ pod: pod('a'), jobscriptURL: 'http://elsewhere.example/' })).rejects.toMatchObject({
      code: 'ILK_FORBIDDEN',
    });
    await expect(api.logs({ Namespace: 'x', PodUID: '../y', PodName: 'z' })).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
    });
  });

  it('asks again after a create, a delete and an updateCache', async () => {
    let asked = 0;
    const status = () => {
      asked += 1;
      return Promise.resolve([ended('a')]);
    };
    const create = () => Promise.resolve({ PodUID: 'a', PodJID: '1' });
    const api = createInterLinkApi(fakePlugin({ status, create, delete: () => Promise.resolve() }));
    const read = () => api.status([pod('a', 'Failed')]);
    await read();
    await read();
    expect(asked).toBe(1);
    await api.updateCache('a');
    await read();
    expect(asked).toBe(2);
    await api.create({ pod: pod('a') });
    await read();
    expect(asked).toBe(3);
    await api.delete(pod('a'));
    await read();
    await read();
    expect(asked).toBe(5);
  });

  it('reports a deleted pod as gone after its end came by event', async () => {
    let current = ended('a');
    const api = createInterLinkApi(
      fakePlugin({
        status: () => Promise.resolve([current]),
        delete: () => Promise.resolve(),
        // eslint-disable-next-line @typescript-eslint/require-await -- a generator of one event
        watch: async function* () {
          yield ended('a');
        },
      }),
    );
    await api.delete(pod('a'));
    for await (const event of api.watch?.() ?? []) expect(event).toEqual(ended('a'));
    current = gone('a');
    expect(await api.status([pod('a', 'Succeeded')])).toEqual([gone('a')]);
  });

  it('hands the signal of a log call to the plugin', async () => {
    const seen: (AbortSignal | undefined)[] = [];
    const logs = (_: LogStruct, call?: CallOptions) => {
      seen.push(call?.signal);
      return Promise.resolve((async function* () {})());
    };
    const api = createInterLinkApi(fakePlugin({ logs }));
    const { signal } = new AbortController();
    await api.logs({ Namespace: 'default', PodUID: 'u', PodName: 'p' }, { signal });
    expect(seen).toEqual([signal]);
  });

  it('has the optional verbs of its plugin and no others', async () => {
    const bare = createInterLinkApi(fakePlugin());
    expect([bare.list, bare.watch, bare.exec, bare.attach, bare.portForward, bare.stats]).toEqual(
      Array(6).fill(undefined),
    );
    expect(bare).not.toHaveProperty('update');
    const held = [{ uid: 'a', name: 'pod-a', namespace: 'default' }];
    const api = createInterLinkApi(
      fakePlugin({ list: () => Promise.resolve(held), stats: () => Promise.resolve({ node: 1 }) }),
    );
    expect(await api.list?.()).toEqual(held);
    expect(await api.stats?.()).toEqual({ node: 1 });
  });

  it('updates with the assembled data and no job script, and asks for the status again', async () => {
    const seen: RetrievedPodData[] = [];
    let asked = 0;
    const api = createInterLinkApi(
      fakePlugin({
        update: (data) => Promise.resolve(void seen.push(data)),
        status: () => {
          asked += 1;
          return Promise.resolve([ended('a')]);
        },
      }),
    );
    await api.status([pod('a', 'Succeeded')]);
    await api.status([pod('a', 'Succeeded')]);
    expect(asked).toBe(1);
    await api.update?.({ pod: pod('a'), jobscriptURL: 'https://builder.example' });
    expect(seen[0]?.container?.map(({ name }) => name)).toEqual(['main']);
    expect(seen[0]).not.toHaveProperty('jobScript');
    await api.status([pod('a', 'Succeeded')]);
    expect(asked).toBe(2);
  });

  it('takes events into the cache', async () => {
    // eslint-disable-next-line @typescript-eslint/require-await -- a generator of one event
    const watch = async function* () {
      yield running('a');
    };
    const api = createInterLinkApi(fakePlugin({ watch }));
    for await (const event of api.watch?.() ?? []) expect(event).toEqual(running('a'));
    expect(await api.status([])).toEqual([running('a')]);
  });
});
