import type { ServerResponse } from 'node:http';
import { silentLogger } from '@interlink/runtime';
import type { InterLinkApi, Plugin } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  startForeignServer,
  startSocketServer,
  type ForeignServer,
  type ReceivedRequest,
} from '../testing/foreign-server.ts';
import { sampleData, sampleLog, samplePod, sampleUid } from '../testing/sample-pod.ts';
import { goAnswers } from './__fixtures__/go-answers.ts';
import { createRemoteInterLink } from './create-remote-interlink.ts';
import { createRemotePlugin } from './create-remote-plugin.ts';
import type { RemoteOptions } from './remote-options.ts';

let stack: AsyncDisposableStack;

type Answer = (received: ReceivedRequest, response: ServerResponse) => void;
type More = Partial<RemoteOptions>;

const sends =
  (body: string, status = 200): Answer =>
  (_received, response) =>
    void response.writeHead(status).end(body);

async function hopB(answer: Answer, more: More = {}): Promise<{ server: ForeignServer; remote: Plugin }> {
  const server = stack.use(await startForeignServer(answer));
  return { server, remote: stack.use(createRemotePlugin({ url: server.url, logger: silentLogger, ...more })) };
}

async function hopA(answer: Answer, more: More = {}): Promise<{ server: ForeignServer; remote: InterLinkApi }> {
  const server = stack.use(await startForeignServer(answer));
  return { server, remote: stack.use(createRemoteInterLink({ url: server.url, logger: silentLogger, ...more })) };
}

beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

describe('what is sent', () => {
  it('is what the Go virtual kubelet sends to an API server', async () => {
    const created = JSON.stringify({ PodUID: sampleUid(), PodJID: '1' });
    const { server, remote } = await hopA((received, response) =>
      response.end(received.url === '/create' ? created : '[]'),
    );
    await remote.ping({ sessionId: 'PingInterLink#1' });
    await remote.create({ pod: samplePod(), jobscriptURL: '' });
    await remote.status([samplePod()]);
    await remote.delete(samplePod());
    await remote.logs(sampleLog());
    await remote.updateCache(sampleUid());
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /pinglink',
      'POST /create',
      'GET /status',
      'DELETE /delete',
      'GET /getLogs',
      'POST /updateCache',
    ]);
    const [ping, ...others] = server.requests;
    expect(ping?.headers['interlink-http-session']).toBe('PingInterLink#1');
    expect(ping?.headers['content-type']).toBeUndefined();
    expect(ping?.body).toBe('');
    for (const other of others) {
      expect(other.headers['content-type']).toBe('application/json');
      expect(other.headers['interlink-http-session']).toMatch(/^Request-[0-9a-f-]{36}$/);
      expect(other.headers.authorization).toBeUndefined();
    }
    expect(JSON.parse(others[1]?.body ?? '')).toEqual([samplePod()]);
    expect(others[4]?.body).toBe(sampleUid());
  });

  it('is what the Go API server sends to a plugin', async () => {
    const { server, remote } = await hopB(sends('[]'));
    await remote.ping();
    await remote.delete(samplePod());
    expect(server.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/status', '[]'],
      ['POST', '/delete', JSON.stringify(samplePod())],
    ]);
  });

  it('goes over kept connections, for GET with a body too', async () => {
    const { server, remote } = await hopB(sends('[]'));
    for (let count = 0; count < 20; count += 1) await remote.status([samplePod()]);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('carries the trimmed token, asked for each call', async () => {
    let count = 0;
    const token = (): Promise<string> => Promise.resolve(` secret-${++count}\n`);
    const { server, remote } = await hopB(sends('[]'), { token });
    await remote.ping();
    await remote.ping();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret-1', 'Bearer secret-2']);
  });

  it('carries no header for an empty token', async () => {
    const { server, remote } = await hopB(sends('[]'), { token: () => Promise.resolve(' \n') });
    await remote.ping();
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('keeps a path before the routes', async () => {
    const server = stack.use(await startForeignServer(sends('[]')));
    const remote = stack.use(createRemotePlugin({ url: `${server.url}/site/`, logger: silentLogger }));
    await remote.ping();
    expect(server.requests[0]?.url).toBe('/site/status');
  });
});

describe('a ping', () => {
  it.each([
    ['OK', { status: 'OK' }],
    ['[]', { status: '[]' }],
    ['null', { status: 'null' }],
    ['', { status: '' }],
    ['{"status":', { status: '{"status":' }],
    ['{"status":"ok","resources":{"cpu":"4","memory":null}}', { status: 'ok', resources: { cpu: '4' } }],
    ['{"status":"ok","taints":[]}', { status: 'ok', taints: [] }],
    ['{"status":"ok","resources":{"cpu":true},"taints":[{"key":"a"}]}', { status: 'ok', taints: [{ key: 'a' }] }],
    ['{"status":"ok","interlink":{"version":2,"features":["x"]}}', { status: 'ok' }],
  ])('answered with %s means alive', async (body, expected) => {
    const { remote } = await hopB(sends(body));
    expect(await remote.ping()).toEqual(expected);
  });

  it('takes any 2xx as success', async () => {
    const { remote } = await hopB(sends('ok', 202));
    expect(await remote.ping()).toEqual({ status: 'ok' });
  });

  it('says why an API server cannot reach its plugin', async () => {
    const { remote } = await hopA(sends(goAnswers.pingUnreachable.body, goAnswers.pingUnreachable.status));
    await expect(remote.ping()).rejects.toThrow('cannot reach its plugin');
  });
});

describe('a status', () => {
  it('reads what a Go server sends, null for no entry too', async () => {
    const { remote } = await hopB(sends('null'));
    expect(await remote.status([samplePod()])).toEqual([]);
  });

  it('loses one bad entry, not the others, and what nobody asked for', async () => {
    const entries = [
      { name: 'x' },
      7,
      { UID: sampleUid(3), containers: null },
      { UID: sampleUid(1), JID: '5' },
      { UID: 'other' },
    ];
    const { remote } = await hopB(sends(JSON.stringify(entries)));
    expect(await remote.status([samplePod(1), samplePod(2), samplePod(3)])).toEqual([
      { UID: sampleUid(1), JID: '5' },
      { UID: sampleUid(3) },
    ]);
  });

  it.each(['{"a":1}', 'oops', '"text"'])('rejects when the answer is %s', async (body) => {
    const { remote } = await hopB(sends(body));
    await expect(remote.status([samplePod()])).rejects.toMatchObject({ code: 'ILK_BACKEND' });
  });
});

describe('a create', () => {
  const answer = { PodUID: sampleUid(), PodJID: '123_4' };

  it.each([
    ['an object', answer],
    ['an array of one', [answer]],
    ['a numeric job id', { ...answer, PodJID: 7 }],
  ])('takes %s', async (_what, body) => {
    const { remote } = await hopB(sends(JSON.stringify(body), 201));
    const expected = { PodUID: sampleUid(), PodJID: Array.isArray(body) ? '123_4' : String(body.PodJID) };
    expect(await remote.create(sampleData())).toEqual(expected);
  });

  it.each(['', 'ok', '[]', '{}', JSON.stringify({ PodUID: sampleUid(2), PodJID: '1' })])(
    'rejects an answer that does not say which job the pod has: %s',
    async (body) => {
      const { remote } = await hopB(sends(body));
      await expect(remote.create(sampleData())).rejects.toMatchObject({
        code: 'ILK_BACKEND',
        details: { ambiguous: true },
      });
    },
  );

  it('is asked once when a plugin answers 500, which Go plugins do for refusals', async () => {
    const { server, remote } = await hopB(sends('no such image', 500));
    const error = await remote.create(sampleData()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ILK_BACKEND', retryable: false });
    expect(String(error)).toContain('no such image');
    expect(server.requests).toHaveLength(1);
  });

  it('may have happened when the connection is cut after it was sent, and is not sent again', async () => {
    let seen = 0;
    const cut = stack.use(
      await startSocketServer((socket) =>
        socket.once('data', () => {
          seen += 1;
          socket.resetAndDestroy();
        }),
      ),
    );
    const remote = stack.use(createRemotePlugin({ url: cut.url, logger: silentLogger }));
    await expect(remote.create(sampleData())).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      details: { ambiguous: true },
    });
    expect(seen).toBe(1);
  });

  it('has certainly not happened when the connection is refused', async () => {
    const gone = await startSocketServer(() => undefined);
    await gone[Symbol.asyncDispose]();
    const remote = stack.use(createRemotePlugin({ url: gone.url, logger: silentLogger }));
    const error = await remote.create(sampleData()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ILK_UNAVAILABLE', details: { notSent: true, code: 'ECONNREFUSED' } });
    expect(error).not.toMatchObject({ details: { ambiguous: true } });
  });
});

describe('a broken connection', () => {
  it('is tried again for a status', async () => {
    let seen = 0;
    const flaky = stack.use(
      await startSocketServer((socket) =>
        socket.once('data', () => {
          seen += 1;
          if (seen === 1) socket.destroy();
          else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]');
        }),
      ),
    );
    const remote = stack.use(createRemotePlugin({ url: flaky.url, logger: silentLogger }));
    expect(await remote.status([samplePod()])).toEqual([]);
    expect(seen).toBe(2);
  });

  it('is an error when the peer speaks something else', async () => {
    const ssh = stack.use(await startSocketServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    const remote = stack.use(createRemotePlugin({ url: ssh.url, logger: silentLogger }));
    await expect(remote.ping()).rejects.toThrow('the answer is not HTTP');
  });

  it('names the host that does not exist', async () => {
    const remote = stack.use(createRemotePlugin({ url: 'http://no-such-host.invalid', logger: silentLogger }));
    await expect(remote.ping()).rejects.toThrow(/host name/);
  });

  it('names the socket that does not exist', async () => {
    const remote = stack.use(createRemotePlugin({ url: 'unix:///nowhere/plugin.sock', logger: silentLogger }));
    await expect(remote.ping()).rejects.toThrow('unix:///nowhere/plugin.sock: there is no such socket');
  });

  it('makes half a log an error, not a short log', async () => {
    const { remote } = await hopB((_received, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const chunks = await remote.logs(sampleLog());
    await expect(Array.fromAsync(chunks)).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
  });
});

describe('a peer that does not answer', () => {
  const silent: Answer = () => undefined;

  it('is a timeout, and for a create one that may have happened', async () => {
    const timeouts = { pingMilliseconds: 50, createMilliseconds: 50, headersMilliseconds: 50 };
    const { remote, server } = await hopB(silent, { timeouts });
    await expect(remote.ping()).rejects.toMatchObject({ code: 'ILK_TIMEOUT' });
    await expect(remote.create(sampleData())).rejects.toMatchObject({
      code: 'ILK_TIMEOUT',
      details: { ambiguous: true },
    });
    await expect(remote.logs(sampleLog())).rejects.toMatchObject({ code: 'ILK_TIMEOUT' });
    expect(server.requests).toHaveLength(3);
  });

  it('can be left with the signal, whose reason is the rejection', async () => {
    const { remote } = await hopB(silent);
    const stop = new AbortController();
    const answer = remote.create(sampleData(), { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('pod deleted')), 20);
    await expect(answer).rejects.toThrow('pod deleted');
    await expect(remote.ping({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('ends an event stream after a silence', async () => {
    const { remote } = await hopB(
      (received, response) => {
        if (received.url === '/status') response.end('{"interlink":{"version":1,"features":["events"]}}');
        else response.write('{"heartbeat":"2026-01-01T00:00:00Z"}\n');
      },
      { timeouts: { eventsIdleMilliseconds: 100 } },
    );
    const events = remote.watch?.()[Symbol.asyncIterator]();
    expect((await events?.next())?.value).toEqual({ heartbeat: '2026-01-01T00:00:00Z' });
    await expect(events?.next()).rejects.toMatchObject({ code: 'ILK_TIMEOUT' });
  });
});

describe('an event stream', () => {
  it('loses one bad line, survives lines in pieces, and is an error when the peer ends it', async () => {
    const lines = ['{"UID":"a"}', '', 'oops', '{"neither":1}', '{"UID":"b","containers":null}'];
    const { remote } = await hopB((received, response) => {
      if (received.url === '/status') return void response.end('{"interlink":{"version":1,"features":["events"]}}');
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      response.write(bytes.subarray(0, 5));
      setTimeout(() => response.end(bytes.subarray(5)), 20);
    });
    const seen: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const event of remote.watch?.() ?? []) seen.push(event);
    };
    await expect(read()).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    expect(seen).toEqual([{ UID: 'a' }, { UID: 'b' }]);
  });

  it('is not asked of a peer that did not announce it', async () => {
    const { server, remote } = await hopB(sends('OK'));
    await expect(remote.list?.()).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
    await expect(remote.watch?.()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
    expect(server.requests.every(({ url }) => url === '/status')).toBe(true);
  });

  it('is unsupported when a Go API server passed the announcement on but not the route', async () => {
    const { remote } = await hopA((received, response) => {
      if (received.url === '/pinglink') response.end('{"interlink":{"version":1,"features":["events","list"]}}');
      else response.writeHead(404).end('404 page not found\n');
    });
    await expect(remote.list?.()).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
  });
});

describe('an update', () => {
  it('is never sent to a Go peer', async () => {
    const { server, remote } = await hopB(sends('OK'));
    await expect(remote.update?.(sampleData())).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
    expect(server.requests.every(({ url }) => url === '/status')).toBe(true);
  });

  it('is unsupported when a Go API server passed the announcement on but not the route', async () => {
    const { remote } = await hopA((received, response) => {
      if (received.url === '/pinglink') response.end('{"interlink":{"version":1,"features":["update"]}}');
      else response.writeHead(404).end('404 page not found\n');
    });
    await expect(remote.update?.({ pod: samplePod() })).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
  });
});

describe('a log of a foreign peer', () => {
  const opts = async (options: Parameters<typeof sampleLog>[1]): Promise<{ sent: unknown; text: string }> => {
    const { server, remote } = await hopB((received, response) =>
      response.end(received.url === '/status' ? 'OK' : 'one\ntwo\n'),
    );
    await remote.ping();
    const text = Buffer.concat(await Array.fromAsync(await remote.logs(sampleLog(1, options)))).toString();
    const request = server.requests[1];
    return { sent: request === undefined ? undefined : (JSON.parse(request.body) as { Opts: unknown }).Opts, text };
  };

  it('asks for an exact number of lines in the words of Go', async () => {
    expect(await opts({ TailLines: 2 })).toEqual({ sent: { Tail: 2, Bytes: 0 }, text: 'one\ntwo\n' });
  });

  it('asks nothing when no line is wanted', async () => {
    expect(await opts({ TailLines: 0 })).toEqual({ sent: undefined, text: '' });
  });

  it('counts the bytes itself where the Go API server would refuse both limits', async () => {
    expect(await opts({ TailLines: 5, Bytes: 5 })).toEqual({ sent: { Tail: 5, Bytes: 0 }, text: 'one\nt' });
  });
});
