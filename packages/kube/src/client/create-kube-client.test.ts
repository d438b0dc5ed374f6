import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManualClock, silentLogger } from '@interlink/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeClient } from './create-kube-client.ts';
import type { KubeClient } from './kube-client.ts';
import type { CredentialsSource } from './kube-credentials.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  cleanUp = [];
});

async function clientFor(
  handler: Handler,
  tokens = ['token'],
): Promise<{
  client: KubeClient;
  clock: ReturnType<typeof createManualClock>;
  count: () => number;
  refusals: boolean[];
}> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    handler(request, response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = createManualClock();
  const remaining = [...tokens];
  const refusals: boolean[] = [];
  const credentials: CredentialsSource = ({ refused = false } = {}) => {
    refusals.push(refused);
    const token = remaining.length > 1 ? remaining.shift() : remaining[0];
    return Promise.resolve({
      server: address,
      tls: { rejectUnauthorized: true },
      headers: { authorization: `Bearer ${token ?? ''}` },
    });
  };
  const client = await createKubeClient({ credentials, logger: silentLogger, clock, environment: {} });
  cleanUp.push(async () => {
    await client[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, clock, count: () => count, refusals };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('kube client', () => {
  it('waits as long as a throttling server asks, then tries again', async () => {
    const { client, clock, count } = await clientFor((_request, response, number) =>
      number === 1 ? json(response, 429, {}, { 'retry-after': '7' }) : json(response, 200, { ok: true }),
    );
    const answer = client.request({ method: 'POST', path: '/x', body: {} });
    while (clock.sleepers === 0) await new Promise(setImmediate);
    await clock.advance(6999);
    expect(count()).toBe(1);
    await clock.advance(1);
    expect(await answer).toEqual({ ok: true });
  });

  it('reads its credentials again when they are refused, once', async () => {
    const { client, count, refusals } = await clientFor(
      ({ headers }, response) =>
        headers.authorization === 'Bearer new' ? json(response, 200, {}) : json(response, 401, {}),
      ['old', 'new'],
    );
    await client.request({ method: 'GET', path: '/x' });
    expect(count()).toBe(2);
    expect(refusals).toEqual([false, true]);
    const stale = await clientFor((_request, response) => json(response, 401, {}));
    await expect(stale.client.request({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'ILK_UNAUTHENTICATED',
    });
    expect(stale.count()).toBe(2);
  });

  it('asks again once when the connection broke under a GET, and not under a POST', async () => {
    const { client, count } = await clientFor((request, response, number) => {
      if (number === 1 || request.method === 'POST') request.socket.destroy();
      else json(response, 200, { ok: true });
    });
    expect(await client.request({ method: 'GET', path: '/x' })).toEqual({ ok: true });
    await expect(client.request({ method: 'POST', path: '/x' })).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    expect(count()).toBe(3);
  });

  it.each([
    [500, 'ILK_UNAVAILABLE'],
    [503, 'ILK_UNAVAILABLE'],
    [504, 'ILK_TIMEOUT'],
    [410, 'ILK_BACKEND'],
    [403, 'ILK_FORBIDDEN'],
    [405, 'ILK_BACKEND'],
  ])('gives HTTP %i without a Status as %s', async (status, code) => {
    const { client } = await clientFor((_request, response) => void response.writeHead(status).end('words'));
    await expect(client.request({ method: 'PUT', path: '/x' })).rejects.toMatchObject({
      code,
      message: 'PUT /x: words',
      details: { status },
    });
  });

  it('gives up a server that does not answer', async () => {
    const { client } = await clientFor(() => undefined);
    await expect(client.request({ method: 'GET', path: '/x', timeoutSeconds: 0.2 })).rejects.toMatchObject({
      code: 'ILK_TIMEOUT',
    });
  });

  it('rejects with the reason of the signal', async () => {
    const { client } = await clientFor(() => undefined);
    const stop = new AbortController();
    const waiting = client.request({ method: 'GET', path: '/x', signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('keeps few connections for many requests', async () => {
    const sockets = new Set<unknown>();
    const { client } = await clientFor((request, response) => {
      sockets.add(request.socket);
      json(response, 200, {});
    });
    await Promise.all(Array.from({ length: 300 }, () => client.request({ method: 'GET', path: '/x' })));
    expect(sockets.size).toBeLessThanOrEqual(32);
  });

  it('keeps no request waiting for those in the background', async () => {
    const held: ServerResponse[] = [];
    const { client } = await clientFor((request, response) => {
      if (request.url === '/events') held.push(response);
      else json(response, 200, {});
    });
    const event = { method: 'POST', path: '/events', body: {}, isBackground: true } as const;
    const events = Promise.allSettled(Array.from({ length: 100 }, () => client.request(event)));
    await Promise.all(Array.from({ length: 50 }, () => client.request({ method: 'GET', path: '/x' })));
    expect(held.length).toBeLessThanOrEqual(4);
    await client[Symbol.asyncDispose]();
    expect((await events).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('lets the background wait while many others are under way, for a second at most', async () => {
    const held: ServerResponse[] = [];
    const events: number[] = [];
    const { client, clock } = await clientFor((request, response) => {
      if (request.url === '/slow') held.push(response);
      else {
        events.push(held.length);
        json(response, 200, {});
      }
    });
    const tell = () => client.request({ method: 'POST', path: '/events', body: {}, isBackground: true });
    const others = Array.from({ length: 20 }, () => client.request({ method: 'GET', path: '/slow' }));
    await expect.poll(() => held.length).toBe(20);
    const patient = tell();
    await clock.advance(999);
    expect(events).toEqual([]);
    await clock.advance(1);
    await patient;
    const woken = tell();
    for (const response of held.splice(0, 5)) json(response, 200, {});
    await woken;
    expect(events).toEqual([20, 15]);
    for (const response of held) json(response, 200, {});
    await Promise.all(others);
  });

  it('encodes queries and leaves out what is undefined', async () => {
    const { client } = await clientFor((request, response) => json(response, 200, { url: request.url }));
    const query = { fieldSelector: 'spec.nodeName=a b', limit: 5, continue: undefined };
    expect(await client.request({ method: 'GET', path: '/x', query })).toEqual({
      url: '/x?fieldSelector=spec.nodeName%3Da+b&limit=5',
    });
  });
});
