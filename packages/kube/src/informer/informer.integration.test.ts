import { silentLogger } from '@interlink/runtime';
import type { ConfigMap } from '@interlink/spec';
import { startControlPlane, type ControlPlane } from '@interlink/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { openClient } from '../../test/kube-test-client.ts';
import { startPausingProxy, type PausingProxy } from '../../test/pausing-proxy.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { createInformer, type Informer } from './create-informer.ts';

let controlPlane: ControlPlane;
let direct: KubeClient;
let namespace = '';
let stop: AbortController;
let cleanUp: AsyncDisposableStack;
let count = 0;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  direct = await openClient(controlPlane.kubeconfigFile);
}, 900_000);
afterAll(async () => {
  await direct[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
});

beforeEach(async () => {
  count += 1;
  namespace = `informer-${count}`;
  stop = new AbortController();
  cleanUp = new AsyncDisposableStack();
  await direct.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
});
afterEach(async () => {
  stop.abort(new Error('test ended'));
  await cleanUp.disposeAsync();
});

const path = () => `/api/v1/namespaces/${namespace}/configmaps`;
const create = (name: string) =>
  direct.request({
    method: 'POST',
    path: path(),
    body: { metadata: { name, labels: { of: 'test' } }, data: { a: '1' } },
  });
const change = (name: string, value: string) =>
  direct.request({ method: 'PATCH', path: `${path()}/${name}`, body: { data: { a: value } } });
const remove = (name: string) => direct.request({ method: 'DELETE', path: `${path()}/${name}` });

interface Followed {
  informer: Informer<ConfigMap>;
  seen: string[];
  proxy: PausingProxy;
}

async function follow(options: { idleTimeoutSeconds?: number; pageSize?: number } = {}): Promise<Followed> {
  const proxy = cleanUp.use(await startPausingProxy(Number(new URL(controlPlane.server).port)));
  const client = cleanUp.use(await openClient(controlPlane.kubeconfigFile, { port: proxy.port }));
  const informer = createInformer<ConfigMap>({
    client,
    path: path(),
    labelSelector: 'of=test',
    logger: silentLogger,
    ...options,
  });
  const seen: string[] = [];
  informer.onChange(({ type, object }) =>
    seen.push(`${type} ${object.metadata?.name ?? ''} ${object.data?.['a'] ?? ''}`),
  );
  informer.start(stop.signal);
  await informer.synced;
  return { informer, seen, proxy };
}

describe('informer', () => {
  it('lists in pages, then tells every change in order', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `c${index}`);
    for (const name of names) await create(name);
    const { informer, seen } = await follow({ pageSize: 3 });
    expect(informer.list().map((object) => object.metadata?.name)).toEqual(names);
    expect(informer.get(`${namespace}/c3`)?.metadata?.managedFields).toBeUndefined();
    seen.length = 0;
    await change('c0', '2');
    await change('c0', '3');
    await remove('c0');
    await create('c0');
    await eventually(() => seen.length === 4);
    expect(seen).toEqual(['modified c0 2', 'modified c0 3', 'deleted c0 3', 'added c0 1']);
  });

  it('goes on where it was after the connection was cut, without a new list', async () => {
    await create('a');
    const { informer, seen, proxy } = await follow();
    const listedAt = informer.lastFullListAt;
    await change('a', '2');
    await eventually(() => seen.includes('modified a 2'));
    proxy.cutPresent();
    await change('a', '3');
    await remove('a');
    await create('a');
    await eventually(() => seen.length >= 5);
    expect(seen).toEqual(['added a 1', 'modified a 2', 'modified a 3', 'deleted a 3', 'added a 1']);
    expect(informer.lastFullListAt).toBe(listedAt);
  });

  it('notices a connection that is silent for too long and makes a new one', async () => {
    await create('a');
    const { seen, proxy } = await follow({ idleTimeoutSeconds: 2 });
    await change('a', '2');
    await eventually(() => seen.includes('modified a 2'));
    proxy.pausePresent();
    await change('a', '3');
    await eventually(() => seen.includes('modified a 3'));
    expect(seen).toEqual(['added a 1', 'modified a 2', 'modified a 3']);
  });

  it('comes back after the API server was killed, and knows what happened meanwhile', async () => {
    for (const name of ['kept', 'again', 'gone']) await create(name);
    const { informer, seen, proxy } = await follow();
    const uid = informer.get(`${namespace}/again`)?.metadata?.uid;
    proxy.pausePresent();
    for (const name of ['again', 'gone']) await remove(name);
    await create('again');
    await controlPlane.restart('kube-apiserver', { graceSeconds: 0 });
    proxy.cutPresent();
    await eventually(() => informer.list().length === 2 && informer.get(`${namespace}/again`)?.metadata?.uid !== uid);
    expect(seen.slice(3).toSorted()).toEqual(['added again 1', 'deleted again 1', 'deleted gone 1']);
    await create('new');
    await eventually(() => seen.includes('added new 1'));
  });

  it('ends when the signal aborts, also before the first list', async () => {
    const client = cleanUp.use(await openClient(controlPlane.kubeconfigFile, { port: 1 }));
    const informer = createInformer<ConfigMap>({ client, path: path(), logger: silentLogger });
    informer.start(stop.signal);
    stop.abort(new Error('over'));
    await expect(informer.synced).rejects.toThrow('over');
  });
});
