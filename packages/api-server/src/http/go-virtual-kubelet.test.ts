import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listener } from '@interlink/plugin-sdk';
import { BackendError, NotFoundError, type Plugin } from '@interlink/spec';
import { silentLogger } from '@interlink/runtime';
import { podCreateRequest, retrievedPodData } from '../__fixtures__/create-request.ts';
import { createInterLinkApi } from '../create-interlink-api.ts';
import { fakePlugin, pod, running } from '../testing/fake-plugin.ts';
import { rawHttpRequest, type RawAnswer } from '../testing/raw-http-request.ts';
import { buildInterLinkApp } from './build-interlink-app.ts';

/** What the plugin got, and what it does; each test sets its own. */
const calls: { verb: string; value: unknown; sessionId: string | undefined }[] = [];
let verbs: Partial<Plugin> = {};

function recordingPlugin(): Plugin {
  const call = (verb: string, value: unknown, sessionId: string | undefined): void =>
    void calls.push({ verb, value, sessionId });
  return fakePlugin({
    ping: (options) => (
      call('ping', undefined, options?.sessionId),
      (verbs.ping ?? (() => Promise.resolve({ status: 'ok' })))()
    ),
    create: (data, options) => {
      call('create', data, options?.sessionId);
      return verbs.create?.(data) ?? Promise.resolve({ PodUID: data.pod.metadata?.uid ?? '', PodJID: '42' });
    },
    status: (pods, options) => {
      call('status', pods, options?.sessionId);
      return verbs.status?.(pods) ?? Promise.resolve(pods.map((item) => running(item.metadata?.uid ?? '')));
    },
    delete: (value, options) => (call('delete', value, options?.sessionId), Promise.resolve()),
    logs: (request, options) => {
      call('logs', request, options?.sessionId);
      return verbs.logs?.(request, options) ?? Promise.resolve(bytes('line 1\n', 'line 2\n'));
    },
  });
}

// eslint-disable-next-line @typescript-eslint/require-await -- a generator over what is there
async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

let listener: Listener;
beforeAll(async () => {
  const app = buildInterLinkApp(createInterLinkApi(recordingPlugin()), { logger: silentLogger });
  listener = await listen(app, { address: 'http://127.0.0.1:0' }, silentLogger);
});
afterAll(() => listener[Symbol.asyncDispose]());
beforeEach(() => {
  calls.length = 0;
  verbs = {};
});

function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return rawHttpRequest(listener.address, {
    method,
    path,
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body: text }),
  });
}

const logRequest = {
  Namespace: 'default',
  PodUID: '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11',
  PodName: 'demo',
  ContainerName: 'main',
  Opts: {
    Tail: 0,
    Bytes: 0,
    Timestamps: false,
    Follow: false,
    Previous: false,
    SinceSeconds: 0,
    SinceTime: '0001-01-01T00:00:00Z',
  },
};

describe('hop A, as the Go virtual kubelet speaks it', () => {
  it('answers POST /pinglink without body or content type', async () => {
    const answer = await send('POST', '/pinglink', undefined, {
      authorization: 'Bearer ',
      'interlink-http-session': 'PingInterLink#1',
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'ok' });
    expect(calls).toEqual([{ verb: 'ping', value: undefined, sessionId: 'PingInterLink#1' }]);
    expect(answer.headers['interlink-http-session']).toBe('PingInterLink#1');
  });

  it('announces only what it has routes for', async () => {
    verbs.ping = () => Promise.resolve({ interlink: { version: 1, features: ['exec', 'events', 'later'] } });
    const answer = await send('POST', '/pinglink');
    expect(JSON.parse(answer.text)).toEqual({ interlink: { version: 1, features: ['events', 'exec'] } });
  });

  it('takes POST /create and answers one CreateStruct', async () => {
    const answer = await send('POST', '/create', podCreateRequest, { 'interlink-http-session': 'CreatePod#99' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ PodUID: podCreateRequest.pod.metadata.uid, PodJID: '42' });
    expect(calls).toEqual([{ verb: 'create', value: retrievedPodData, sessionId: 'CreatePod#99' }]);
  });

  it('takes GET /status with a body and answers a list', async () => {
    const answer = await send('GET', '/status', [pod('a', 'Running')]);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual([running('a')]);
    expect(calls).toMatchObject([{ verb: 'status', value: [{ metadata: { uid: 'a' } }] }]);
  });

  it('answers GET /status of an empty list with what is cached, without asking', async () => {
    await send('GET', '/status', [pod('a', 'Running')]);
    calls.length = 0;
    for (const body of [[], 'null'])
      expect(JSON.parse((await send('GET', '/status', body)).text)).toEqual([running('a')]);
    expect(calls).toEqual([]);
  });

  it('takes DELETE /delete with a body', async () => {
    const answer = await send('DELETE', '/delete', { ...pod('a'), status: { reason: 'VKProviderPodDeleted' } });
    expect(answer.status).toBe(200);
    expect(calls).toMatchObject([{ verb: 'delete', value: { metadata: { uid: 'a' } } }]);
  });

  it('streams GET /getLogs', async () => {
    const answer = await send('GET', '/getLogs', logRequest);
    expect(answer).toMatchObject({ status: 200, text: 'line 1\nline 2\n' });
    expect(calls).toMatchObject([{ verb: 'logs', value: { ContainerName: 'main' } }]);
  });

  it('ends the plugin’s log call when the client goes away', async () => {
    let ended: () => void = () => undefined;
    const seen = new Promise<void>((resolve) => (ended = resolve));
    verbs.logs = (_request, options) => {
      options?.signal?.addEventListener('abort', () => ended());
      return Promise.resolve(endless());
    };
    const abort = new AbortController();
    const response = await fetch(`${listener.address}/getLogs`, {
      method: 'POST',
      body: JSON.stringify(logRequest),
      signal: abort.signal,
    });
    await response.body?.getReader().read();
    abort.abort();
    await seen;
  });

  it.each([`0b7c1c2e`, '"0b7c1c2e"', JSON.stringify(pod('0b7c1c2e'))])(
    'takes POST /updateCache of %s',
    async (body) => {
      await send('GET', '/status', [pod('0b7c1c2e', 'Running')]);
      const answer = await send('POST', '/updateCache', body);
      expect(answer).toMatchObject({ status: 200, text: 'Updated cache' });
      expect((await send('GET', '/status', [])).text).not.toContain('0b7c1c2e');
    },
  );

  it('takes any method and an array of one', async () => {
    expect((await send('PUT', '/create', [podCreateRequest])).status).toBe(200);
    expect((await send('POST', '/status', pod('a', 'Running'))).status).toBe(200);
    expect((await send('POST', '/delete', [pod('a')])).status).toBe(200);
  });

  it.each([
    ['POST', '/create', '{"pod":', 400, 'body'],
    ['POST', '/create', '{}', 400, 'pod'],
    ['POST', '/create', [podCreateRequest, podCreateRequest], 400, 'body'],
    ['POST', '/create', { pod: { metadata: { name: 'p', namespace: 'n' } } }, 400, 'pod.metadata.uid'],
    ['POST', '/create', { pod: { metadata: { name: 'p', namespace: 'n', uid: '../x' } } }, 400, 'pod.metadata.uid'],
    ['POST', '/create', { ...podCreateRequest, configmaps: [] }, 400, 'pod.spec.volumes[0].configMap.name'],
    ['POST', '/create', { ...podCreateRequest, jobscriptURL: 'http://169.254.169.254/' }, 403, 'jobscriptURL'],
    ['DELETE', '/delete', 'null', 400, 'body'],
    ['DELETE', '/delete', '{"metadata":7}', 400, 'metadata'],
    ['GET', '/status', '[{"metadata":{}}]', 400, '[0].metadata.name'],
    ['GET', '/status', '[', 400, 'body'],
    ['GET', '/getLogs', { ...logRequest, PodUID: '' }, 400, 'PodUID'],
    ['POST', '/updateCache', '../../etc/passwd', 400, 'body'],
  ])('refuses %s %s of %j with %i naming %s, and lives on', async (...[method, path, body, status, field]) => {
    const answer = await send(method, path, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ field });
    expect((await send('POST', '/pinglink')).status).toBe(200);
  });

  it.each([
    [new BackendError('sbatch: invalid partition'), 502, 'ILK_BACKEND'],
    [new NotFoundError('no such pod'), 404, 'ILK_NOT_FOUND'],
    [new TypeError('a secret in a bug'), 500, 'ILK_INTERNAL'],
  ])('answers %s of the plugin with %i', async (error, status, code) => {
    verbs.create = () => Promise.reject(error);
    const answer = await send('POST', '/create', podCreateRequest);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ code });
    expect(answer.text).not.toContain('a secret in a bug');
  });

  it('answers 404 for an unknown path and 501 for a feature that nobody offers', async () => {
    expect((await send('GET', '/nothing')).status).toBe(404);
    expect((await send('GET', '/pods')).status).toBe(501);
  });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from('more\n');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
