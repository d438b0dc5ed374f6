import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dropNulls } from '@interlink/spec';
import {
  sendAsGo,
  startApp,
  startForeignServer,
  type AppProcess,
  type ForeignAnswer,
  type ForeignServer,
  type GoAnswer,
  type SeenRequest,
} from '@interlink/testbed';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barePodCreateRequests, logStruct, pod, podCreateRequests, podUid } from './__fixtures__/go-virtual-kubelet.ts';

const fixtures = fileURLToPath(new URL('__fixtures__', import.meta.url));
const file = join(fixtures, 'InterLinkConfig.yaml');

const started = '2026-07-20T10:00:05Z';
/** As a plugin in Go encodes it: nil slices are null. */
const podStatus = {
  name: 'demo',
  UID: podUid,
  namespace: 'default',
  JID: '77',
  containers: [{ name: 'main', state: { running: { startedAt: started } }, lastState: {}, ready: true, image: '' }],
  initContainers: null,
};

/** What the plugin answers to each route; a test changes one of them. */
const usual: Readonly<Record<string, (request: SeenRequest) => ForeignAnswer>> = {
  'POST /create': () => ({ body: JSON.stringify({ PodUID: podUid, PodJID: '77' }) }),
  'POST /delete': () => ({ body: 'All containers for submitted Pods have been deleted' }),
  'GET /status': ({ body }) => ({ body: body === '[]' ? 'OK' : JSON.stringify([podStatus]) }),
  'GET /getLogs': () => ({ body: Uint8Array.of(0, 255, 10, 13, 0xc3) }),
};
let answers = usual;

let plugin: ForeignServer;
let api: AppProcess;
let url: string;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-api-'));
  plugin = await startForeignServer((request) => answers[`${request.method} ${request.path}`]?.(request));
  const environment = { INTERLINKCONFIGPATH: file, INTERLINKPORT: '0', SIDECARPORT: String(plugin.port) };
  api = await startApp('interlink-api', [], { environment, directory: fixtures });
  await api.said('api server started');
  url = /"address":"(http:\/\/127\.0\.0\.1:\d+)"/.exec(api.output())?.[1] ?? '';
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await plugin[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const send = (method: string, path: string, body?: unknown): Promise<GoAnswer> =>
  sendAsGo({
    method,
    url: `${url}${path}`,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { authorization: 'Bearer vk-token', 'interlink-http-session': `CreatePod#${session}` },
  });

let session = 0;
let from = 0;
beforeEach(() => {
  answers = usual;
  session += 1;
  from = plugin.seen.length;
});

/** The requests that the plugin got during this test. */
const seen = (): readonly SeenRequest[] => plugin.seen.slice(from);
const json = ({ body }: { body: string | Buffer }): unknown => JSON.parse(body.toString());

describe('interlink-api on a file of the Go API server, between Go peers', () => {
  it('understands every key of the file', () => {
    expect(api.output()).not.toContain('nothing reads');
    expect(api.output()).not.toContain('"level":40');
  });

  it('answers POST /pinglink without a body, and asks the plugin with an empty list', async () => {
    const { status, body } = await send('POST', '/pinglink');
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThan(0);
    expect(seen().map(({ method, path, body: sent }) => [method, path, sent])).toEqual([['GET', '/status', '[]']]);
  });

  it('hands on resources and taints of a ping, in the keys that the Go virtual kubelet reads', async () => {
    const resources = {
      cpu: '100',
      memory: '256Gi',
      accelerators: [{ resourceType: 'nvidia.com/gpu', available: '8' }],
    };
    const taints = [{ key: 'hpc/maintenance', value: 'true', effect: 'NoSchedule' }];
    answers = { ...usual, 'GET /status': () => ({ body: JSON.stringify({ status: 'ok', resources, taints }) }) };
    expect(json(await send('POST', '/pinglink'))).toMatchObject({ status: 'ok', resources, taints });
  });

  it('makes of a create what the Go API server makes of it', async () => {
    const answer = await send('POST', '/create', podCreateRequests);
    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual({ PodUID: podUid, PodJID: '77' });
    const [request] = seen();
    expect(request).toMatchObject({ method: 'POST', path: '/create' });
    const data = json(request!) as Record<string, unknown>;
    expect(Object.keys(data).toSorted()).toEqual(['container', 'jobConfig', 'jobScript', 'pod']);
    // Null and absent are one to a Go or Python plugin; ours sends no nulls inside of Kubernetes objects.
    expect(data['pod']).toEqual(dropNulls(podCreateRequests.pod));
    expect(data['container']).toEqual([
      { name: 'prep', configMaps: null, projectedvolumemaps: null, secrets: null, emptyDirs: null },
      {
        name: 'main',
        configMaps: podCreateRequests.configmaps,
        projectedvolumemaps: [{ metadata: { name: 'token' }, data: { token: 'eyJ' } }],
        secrets: podCreateRequests.secrets,
        emptyDirs: null,
      },
    ]);
    expect(data['jobScript']).toBe(`#!/bin/sh\n# default/demo ${podUid}\necho prep\necho main\n`);
  });

  it('sends the headers of the Go API server, and keeps the bearer token to itself', async () => {
    await send('POST', '/create', podCreateRequests);
    const { headers } = seen()[0]!;
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['interlink-http-session']).toBe(`CreatePod#${session}`);
    expect(headers).not.toHaveProperty('authorization');
  });

  it('takes null for every list of a create', async () => {
    expect((await send('POST', '/create', barePodCreateRequests)).status).toBe(200);
    expect(json(seen()[0]!)).toMatchObject({
      container: [{ name: 'main', configMaps: null, projectedvolumemaps: null, secrets: null, emptyDirs: null }],
    });
  });

  it('answers GET /status with the plugin’s statuses as a list', async () => {
    const answer = await send('GET', '/status', [pod]);
    expect(answer.status).toBe(200);
    const [status] = json(answer) as (typeof podStatus)[];
    expect(status).toMatchObject({ name: 'demo', UID: podUid, namespace: 'default', JID: '77' });
    expect(status?.containers).toMatchObject([{ name: 'main', state: { running: { startedAt: started } } }]);
    expect(seen()).toMatchObject([{ method: 'GET', path: '/status' }]);
    expect(json(seen()[0]!)).toMatchObject([{ metadata: { uid: podUid } }]);
  });

  it('hands on a log byte for byte', async () => {
    const answer = await send('GET', '/getLogs', logStruct);
    expect([answer.status, ...answer.body]).toEqual([200, 0, 255, 10, 13, 0xc3]);
    const asked = json(seen()[0]!) as typeof logStruct;
    expect(seen()[0]).toMatchObject({ method: 'GET', path: '/getLogs' });
    expect(asked).toMatchObject({ Namespace: 'default', PodUID: podUid, PodName: 'demo', ContainerName: 'main' });
    // A plugin in Go or Python parses the time; an empty text or null would fail there.
    expect(asked.Opts).toEqual(logStruct.Opts);
  });

  it('sends the DELETE of the Go virtual kubelet on as the POST of the Go API server', async () => {
    const deleted = { ...pod, status: { ...pod.status, reason: 'VKProviderPodDeleted' } };
    expect((await send('DELETE', '/delete', deleted)).status).toBe(200);
    expect(seen()).toMatchObject([{ method: 'POST', path: '/delete' }]);
    expect(json(seen()[0]!)).toMatchObject({ metadata: { uid: podUid, name: 'demo' }, spec: { nodeName: 'my-vk' } });
  });

  it('takes the text that the Go server takes for /updateCache', async () => {
    const { status, body } = await send('POST', '/updateCache', podUid);
    expect([status, body.toString()]).toEqual([200, 'Updated cache']);
  });

  it.each([
    ['POST', '/create', podCreateRequests, 'POST /create'],
    ['GET', '/status', [pod], 'GET /status'],
    ['DELETE', '/delete', pod, 'POST /delete'],
    ['GET', '/getLogs', logStruct, 'GET /getLogs'],
    ['POST', '/pinglink', undefined, 'GET /status'],
  ])(
    'answers %s %s with no success and the plugin’s words when the plugin fails',
    async (...[method, path, body, at]) => {
      await send('POST', '/updateCache', podUid);
      answers = { ...usual, [at]: () => ({ status: 500, body: 'sbatch: error: invalid partition' }) };
      const answer = await send(method, path, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body.toString()).toContain('sbatch: error: invalid partition');
    },
  );

  it('refuses what it cannot read with 4xx, and lives on', async () => {
    for (const [method, path] of [
      ['POST', '/create'],
      ['DELETE', '/delete'],
      ['GET', '/status'],
      ['GET', '/getLogs'],
    ] as const) {
      const { status } = await send(method, path, '{"pod":');
      expect([path, status]).toEqual([path, 400]);
    }
    expect(seen()).toEqual([]);
    expect((await send('POST', '/pinglink')).status).toBe(200);
  });

  it('logs as much as the file wants, and no secret of file, caller or pod', async () => {
    await send('POST', '/create', podCreateRequests);
    await send('POST', '/create', '{"pod": {"metadata": {"uid": "c2VjcmV0"');
    await api.said('"level":20');
    for (const secret of ['hub-secret', 'vk-token', 'c2VjcmV0', 'eyJ']) expect(api.output()).not.toContain(secret);
  });

  it('listens where the file says when the environment says nothing', async () => {
    const text = await readFile(file, 'utf8');
    const socket = `unix://${join(directory, 'api.sock')}`;
    const own = join(directory, 'own.yaml');
    await writeFile(own, text.replace('http://127.0.0.1', socket).replace('./job', join(fixtures, 'job')));
    await using other = await startApp('interlink-api', ['-interlinkconfigpath', own]);
    await other.said('api server started');
    expect(other.output()).toContain(`"address":"${socket}"`);
    expect(other.output()).toContain('"plugin":"http://127.0.0.1:4000"');
  });
});
