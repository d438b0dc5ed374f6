import { NotFoundError } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryPlugin } from '../testing/memory-plugin.ts';
import { parseRaw, rawRequest, sendRaw } from '../testing/raw-http.ts';
import { sampleData, sampleLog } from '../testing/sample-pod.ts';
import { until } from '../testing/serve.ts';
import { servePlugin } from '../testing/served-plugin.ts';

let stack: AsyncDisposableStack;
let plugin: MemoryPlugin;
let url: string;
let lines: readonly string[];

async function start(...options: Parameters<typeof servePlugin>): Promise<void> {
  ({ plugin, url, lines } = stack.use(await servePlugin(...options)));
}

const withLength = (body: string): string[] => [`Content-Length: ${Buffer.byteLength(body)}`];

beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

describe('a session', () => {
  const logged = (session: string): number => lines.filter((line) => line.includes(`"session":"${session}"`)).length;

  it('is echoed, in the log, and handed to the plugin', async () => {
    await start();
    const answer = await sendRaw(url, rawRequest('GET /status', ['InterLink-Http-Session: GetStatus#42']));
    expect(parseRaw(answer).headers).toContain('interlink-http-session: getstatus#42');
    expect(plugin.calls[0]?.options?.sessionId).toBe('GetStatus#42');
    await until(() => logged('GetStatus#42') > 0, 'the log line');
  });

  it('is made where there is none', async () => {
    await start();
    expect(parseRaw(await sendRaw(url, rawRequest('GET /status'))).headers).toMatch(
      /interlink-http-session: request-[0-9a-f-]{36}/,
    );
  });

  it('is on a log stream and on an error too', async () => {
    await start();
    await plugin.create(sampleData());
    const body = JSON.stringify(sampleLog());
    const session = ['InterLink-Http-Session: S#1', ...withLength(body)];
    expect(parseRaw(await sendRaw(url, rawRequest('GET /getLogs', session, body))).headers).toContain(
      'interlink-http-session: s#1',
    );
    expect(parseRaw(await sendRaw(url, rawRequest('GET /nowhere', session, body))).headers).toContain(
      'interlink-http-session: s#1',
    );
  });
});

describe('an internal error', () => {
  it('is hidden from the client and logged once, with the session that the client was given', async () => {
    await start({ create: () => Promise.reject(new TypeError('cannot read hunter2')) });
    const body = JSON.stringify(sampleData());
    const answer = parseRaw(
      await sendRaw(url, rawRequest('POST /create', ['InterLink-Http-Session: C#1', ...withLength(body)], body)),
    );
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    expect(answer.body).toContain('C#1');
    expect(
      lines.filter((line) => line.includes('cannot read hunter2') && line.includes('"session":"C#1"')),
    ).toHaveLength(1);
  });
});

describe('a bearer token', () => {
  const tokens = () => Promise.resolve(['first', ' second\n', '']);
  const get = async (path: string, authorization?: string) =>
    parseRaw(
      await sendRaw(
        url,
        rawRequest(`GET ${path}`, authorization === undefined ? [] : [`Authorization: ${authorization}`]),
      ),
    );

  it.each(['Bearer first', 'Bearer second', 'bearer first'])('lets in: %s', async (authorization) => {
    await start({}, { tokens });
    expect((await get('/status', authorization)).status).toBe(200);
  });

  it.each([undefined, 'Bearer', 'Bearer ', 'Bearer third', 'Basic first', 'first', 'Bearer firs', 'Bearer first x'])(
    'keeps out: %s',
    async (authorization) => {
      await start({}, { tokens });
      const answer = await get('/status', authorization);
      expect(answer.status).toBe(401);
      expect(answer.headers).toContain('www-authenticate: bearer');
      expect(plugin.calls).toEqual([]);
    },
  );

  it('is not asked for at /healthz alone', async () => {
    await start({}, { tokens });
    expect((await get('/healthz')).status).toBe(200);
    for (const path of ['/readyz', '/metrics', '/openapi.json', '/nowhere']) expect((await get(path)).status).toBe(401);
  });

  it('keeps everybody out when the source has none', async () => {
    await start({}, { tokens: () => Promise.resolve([]) });
    expect((await get('/status', 'Bearer ')).status).toBe(401);
    expect((await get('/status', 'Bearer x')).status).toBe(401);
  });

  it('is in no log line', async () => {
    await start({}, { tokens });
    await get('/status', 'Bearer wr0ng-value');
    await until(() => lines.some((line) => line.includes('request done')), 'the log');
    expect(lines.join('')).not.toMatch(/wr0ng-value|Bearer/);
  });
});

describe('operations', () => {
  const get = async (path: string) => parseRaw(await sendRaw(url, rawRequest(`GET ${path}`)));

  it('tell that the process lives, whatever its backend does', async () => {
    await start({ ping: () => Promise.reject(new NotFoundError('scheduler gone')) });
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({
      status: 404,
      body: expect.stringContaining('scheduler gone') as string,
    });
  });

  it('tell that it is ready when a ping works', async () => {
    await start();
    expect((await get('/readyz')).status).toBe(200);
  });

  it('serve the document and the numbers', async () => {
    await start();
    expect(JSON.parse((await get('/openapi.json')).body)).toMatchObject({ openapi: '3.1.0' });
    await until(
      async () =>
        (await get('/metrics')).body.includes('interlink_http_requests_total{route="/openapi.json",status="200"} 1'),
      'the count',
    );
  });
});
