import { METHODS } from 'node:http';
import { silentLogger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryPlugin, type MemoryPlugin } from '../testing/memory-plugin.ts';
import { parseRaw, rawRequest, sendRaw } from '../testing/raw-http.ts';
import { sampleData, sampleLog, samplePod, sampleUid } from '../testing/sample-pod.ts';
import { serve } from '../testing/serve.ts';
import { servePlugin } from '../testing/served-plugin.ts';
import { buildPluginApp } from './build-plugin-app.ts';

let stack: AsyncDisposableStack;
let plugin: MemoryPlugin;
let url: string;

async function start(...options: Parameters<typeof servePlugin>): Promise<void> {
  ({ plugin, url } = stack.use(await servePlugin(...options)));
}

function chunked(body: string, size = 7): string {
  const parts = body.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
}

const withLength = (body: string): string[] => [`Content-Length: ${Buffer.byteLength(body)}`];

beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

describe('what the Go API server sends', () => {
  const json = 'Content-Type: application/json';

  it('is understood: GET with a body and a length', async () => {
    await start();
    const body = JSON.stringify([samplePod()]);
    const answer = parseRaw(await sendRaw(url, rawRequest('GET /status', [json, ...withLength(body)], body)));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject([{ UID: sampleUid(), interlink: { state: 'gone' } }]);
  });

  it('is understood: a chunked body in small pieces', async () => {
    await start();
    const answer = parseRaw(
      await sendRaw(
        url,
        rawRequest('POST /create', [json, 'Transfer-Encoding: chunked'], chunked(JSON.stringify(sampleData()))),
      ),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers).toContain('content-type: application/json');
    expect(JSON.parse(answer.body)).toEqual({ PodUID: sampleUid(), PodJID: '1000' });
  });

  it('is understood: nil slices as null, at any depth', async () => {
    await start();
    const body = JSON.stringify({
      ...sampleData(),
      container: [{ name: 'main', configMaps: null, projectedvolumemaps: null, secrets: null, emptyDirs: null }],
      jobConfig: { Volumes: { additional_directories_in_path: null } },
    });
    expect(parseRaw(await sendRaw(url, rawRequest('POST /create', withLength(body), body))).status).toBe(200);
    expect(plugin.calls[0]?.request).toEqual({ ...sampleData(), jobConfig: { Volumes: {} } });
  });

  it('keeps one connection over a GET with a body', async () => {
    await start();
    const body = '[]';
    const one = `GET /status HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n${body}`;
    const answer = await sendRaw(url, [one, one, rawRequest('GET /status', withLength(body), body)]);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  });

  it('is answered 100 when it waits to be told to go on', async () => {
    await start();
    const body = JSON.stringify(sampleData());
    const answer = await sendRaw(url, rawRequest('POST /create', ['Expect: 100-continue', ...withLength(body)], body));
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
  });
});

describe('a known path', () => {
  const methods = METHODS.filter((method) => !['CONNECT', 'HEAD'].includes(method));

  it.each(methods)('takes %s', async (method) => {
    await start();
    const body = JSON.stringify(samplePod());
    expect(parseRaw(await sendRaw(url, rawRequest(`${method} /delete`, withLength(body), body))).status).toBe(200);
    expect(plugin.calls[0]).toMatchObject({ name: 'delete', request: samplePod() });
  });

  it.each([
    ['none', []],
    ['one of a form', ['Content-Type: application/x-www-form-urlencoded']],
    ['a malformed one', ['Content-Type: ;;;/nonsense']],
    ['plain text', ['Content-Type: text/plain; charset=utf-8']],
  ])('takes a body whatever its content type: %s', async (_what, headers) => {
    await start();
    const body = JSON.stringify(sampleData());
    expect(
      parseRaw(await sendRaw(url, rawRequest('POST /create', [...headers, ...withLength(body)], body))).status,
    ).toBe(200);
  });

  it('takes one object or an array of one for a create', async () => {
    await start();
    const body = JSON.stringify([sampleData()]);
    expect(parseRaw(await sendRaw(url, rawRequest('POST /create', withLength(body), body))).status).toBe(200);
  });

  it.each(['[]', 'null', ''])('/status with the body "%s" is the ping', async (body) => {
    await start();
    const answer = parseRaw(await sendRaw(url, rawRequest('GET /status', withLength(body), body)));
    expect(JSON.parse(answer.body)).toEqual({ status: 'ok', interlink: { version: 1, features: ['events', 'list'] } });
  });
});

describe('bad input', () => {
  const post = async (path: string, body: string) => {
    const answer = parseRaw(await sendRaw(url, rawRequest(`POST ${path}`, withLength(body), body)));
    return { status: answer.status, body: JSON.parse(answer.body) as unknown };
  };

  it('is a 400 that names the field', async () => {
    await start();
    const pod = { ...samplePod(), metadata: { name: 'demo', namespace: 'default', uid: '../../etc' } };
    expect(await post('/create', JSON.stringify({ pod }))).toEqual({
      status: 400,
      body: {
        code: 'ILK_INVALID_INPUT',
        message: expect.stringContaining('pod.metadata.uid') as string,
        field: 'pod.metadata.uid',
      },
    });
    expect(await post('/status', JSON.stringify([samplePod(), pod]))).toMatchObject({
      status: 400,
      body: { field: '[1].metadata.uid' },
    });
    expect(await post('/getLogs', JSON.stringify({ ...sampleLog(), Opts: { Tail: -1 } }))).toMatchObject({
      status: 400,
      body: { field: 'Opts.Tail' },
    });
    expect(plugin.calls).toEqual([]);
  });

  it.each(['{', 'nonsense', '{"a":1}}', '\u0000'])(
    'is a 400 when it is no JSON, without repeating it: %j',
    async (body) => {
      await start();
      expect(await post('/create', body)).toEqual({
        status: 400,
        body: { code: 'ILK_INVALID_INPUT', message: 'the body is not valid JSON', field: 'body' },
      });
    },
  );

  it('is a 400 when it is nested without end', async () => {
    await start();
    const depth = 500_000;
    expect(await post('/create', `${'['.repeat(depth)}${']'.repeat(depth)}`)).toMatchObject({
      status: 400,
      body: { field: 'body' },
    });
    expect(await post('/status', `[{"a":"${'['.repeat(1000)}\\""}]`)).toMatchObject({
      status: 400,
      body: { field: '[0].metadata' },
    });
  });

  it('is a 413 when it is too large, before it is read', async () => {
    await start({}, { bodyLimitBytes: 1000 });
    const head = rawRequest('POST /create', ['Content-Length: 5000000']);
    const answer = parseRaw(await sendRaw(url, head));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'ILK_INVALID_INPUT', field: 'body' });
  });

  it('is a 404 for an unknown path', async () => {
    await start();
    expect(await post('/nowhere', '')).toMatchObject({ status: 404, body: { code: 'ILK_NOT_FOUND' } });
    expect(await post('/%ff', '')).toMatchObject({ status: 400 });
  });

  it('is a 400 when it is no HTTP, and the server lives on', async () => {
    await start();
    expect(parseRaw(await sendRaw(url, 'HELO mail\r\n\r\n')).status).toBe(400);
    expect(parseRaw(await sendRaw(url, rawRequest('GET /healthz'))).status).toBe(200);
  });
});

describe('a feature that the plugin lacks', () => {
  it.each(['/pods', '/events', '/stats', '/exec', '/attach', '/portForward'])('answers 501 at %s', async (path) => {
    const bare: Plugin = createMemoryPlugin();
    delete bare.list;
    delete bare.watch;
    const { address } = stack.use(await serve(buildPluginApp(bare, { logger: silentLogger })));
    const answer = parseRaw(await sendRaw(address, rawRequest(`GET ${path}`)));
    expect(answer.status).toBe(501);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'ILK_UNSUPPORTED' });
    const ping_ = parseRaw(await sendRaw(address, rawRequest('GET /status')));
    expect(JSON.parse(ping_.body)).toEqual({ status: 'ok', interlink: { version: 1, features: [] } });
  });
});

describe('an announcement of the plugin itself', () => {
  it('keeps its labels and loses what HTTP has no route for', async () => {
    const interlink = { version: 1, features: ['list', 'teleport'], labels: { runtime: 'none' } } as const;
    await start({ ping: () => Promise.resolve({ status: 'ok', interlink }) });
    const answer = parseRaw(await sendRaw(url, rawRequest('GET /status')));
    expect(JSON.parse(answer.body)).toEqual({
      status: 'ok',
      interlink: { version: 1, features: ['list'], labels: { runtime: 'none' } },
    });
  });
});
