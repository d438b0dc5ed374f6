import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { createLogger } from '@interlink/runtime';
import { ConflictError, type Plugin } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../testing/certificates.ts';
import type { MemoryPluginOptions } from '../testing/memory-plugin.ts';
import { parseRaw, rawRequest, sendRaw } from '../testing/raw-http.ts';
import { temporaryDirectory, until } from '../testing/serve.ts';
import {
  execSample as exec,
  sampleExec,
  sessionPath as path,
  startSessions,
  type SessionOptions,
} from '../testing/session-world.ts';
import { chunksOf, echo, recordStreams, takeSizes } from '../testing/stream-plugin.ts';
import { streamProtocol } from './channels.ts';
import { buildStreamQuery } from './stream-query.ts';

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

const request = sampleExec;
const start = (overrides: MemoryPluginOptions, options?: SessionOptions) => startSessions(stack, overrides, options);

describe('who may open a session', () => {
  const token = 'correct-horse';

  it('is whoever has the token', async () => {
    const tokens = () => Promise.resolve([token]);
    const good = { token: () => Promise.resolve(token) };
    const { plugin, url } = await start({ exec: echo }, { server: { tokens }, remote: good });
    expect(await exec(plugin, recordStreams())).toMatchObject({ exitCode: 3 });
    for (const authorization of [undefined, 'Bearer wrong']) {
      const headers = authorization === undefined ? {} : { authorization };
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path()}`, streamProtocol, { headers });
      const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      socket.on('error', () => undefined).terminate();
      expect(answer.statusCode).toBe(401);
    }
  });

  it('is, over https, whoever has a certificate', async () => {
    const { path: directory } = stack.use(await temporaryDirectory());
    const authority = await createAuthority(directory);
    const tls = { ...(await authority.issue('server')), caFile: authority.caFile };
    const client = await authority.issue('client');
    const address = 'https://127.0.0.1:0';
    const withCertificate = { tls: { ...client, caFile: authority.caFile } };
    const { plugin, url } = await start({ exec: echo }, { listen: { address, tls }, remote: withCertificate });
    const streams = recordStreams({ stdin: chunksOf('by TLS') });
    expect(await exec(plugin, streams)).toMatchObject({ exitCode: 3 });
    expect(streams.text.stdout).toBe('by TLS');
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path()}`, streamProtocol, {
      rejectUnauthorized: false,
    });
    await expect(once(socket, 'open')).rejects.toThrow();
  });

  it('is whoever may open the unix socket', async () => {
    const { path: directory } = stack.use(await temporaryDirectory());
    const { plugin } = await start({ exec: echo }, { listen: { address: `unix://${directory}/a:b.sock` } });
    const streams = recordStreams({ stdin: chunksOf('by socket') });
    expect(await exec(plugin, streams)).toMatchObject({ exitCode: 3 });
    expect(streams.text.stdout).toBe('by socket');
  });
});

describe('a request that cannot be a session', () => {
  async function refused(url: string, target: string, protocol = streamProtocol) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${target}`, protocol);
    const [, answer] = (await once(socket, 'unexpected-response')) as [
      unknown,
      AsyncIterable<Buffer> & { statusCode: number },
    ];
    let text = '';
    for await (const chunk of answer) text += chunk.toString();
    socket.on('error', () => undefined).terminate();
    return { status: answer.statusCode, body: JSON.parse(text) as unknown };
  }

  it('is refused before the WebSocket opens, naming the parameter', async () => {
    const { url } = await start({ exec: echo, portForward: () => Promise.resolve() });
    expect(await refused(url, '/exec?namespace=default&podUid=uid&podName=pod&containerName=main')).toMatchObject({
      status: 400,
      body: { code: 'ILK_INVALID_INPUT', field: 'command' },
    });
    expect(await refused(url, '/portForward?namespace=default&podUid=uid&podName=pod&port=0')).toMatchObject({
      status: 400,
      body: { code: 'ILK_INVALID_INPUT', field: 'port' },
    });
  });

  it('is refused as unsupported, not found, or of another protocol', async () => {
    const { url } = await start({ exec: echo });
    expect(await refused(url, path('attach'))).toMatchObject({ status: 501, body: { code: 'ILK_UNSUPPORTED' } });
    expect(await refused(url, '/elsewhere')).toMatchObject({ status: 404 });
    expect(await refused(url, path(), 'v4.channel.k8s.io')).toMatchObject({
      status: 400,
      body: { field: 'Sec-WebSocket-Protocol' },
    });
  });

  it('is refused without an upgrade, and with a broken one', async () => {
    const { url } = await start({ exec: echo });
    const plain = parseRaw(await sendRaw(url, rawRequest(`GET ${path()}`)));
    expect({ status: plain.status, body: JSON.parse(plain.body) as unknown }).toMatchObject({
      status: 400,
      body: { code: 'ILK_INVALID_INPUT', field: 'Upgrade' },
    });
    const head = [`GET ${path()} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    const broken = await sendRaw(url, [...head, `Sec-WebSocket-Protocol: ${streamProtocol}`, '', ''].join('\r\n'));
    expect(parseRaw(broken)).toMatchObject({
      status: 400,
      body: expect.stringContaining('Sec-WebSocket-Key') as string,
    });
  });

  it('leaves the server well', async () => {
    const { url, plugin } = await start({ exec: echo });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${path()} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    socket.resetAndDestroy();
    expect(await exec(plugin, recordStreams())).toMatchObject({ exitCode: 3 });
  });

  it('of another kind of upgrade is answered as if it had not asked', async () => {
    const { url } = await start({});
    const lines = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'Content-Length: 2'];
    const answer = await sendRaw(
      url,
      `${['GET /status HTTP/1.1', 'Host: x', ...lines].join('\r\n')}\r\nConnection: close\r\n\r\n[]`,
    );
    expect(parseRaw(answer).status).toBe(200);
  });

  it('is no session at a peer that announced none', async () => {
    const { plugin } = await start({});
    await expect(exec(plugin, recordStreams())).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
  });
});

describe('the wire of a session', () => {
  async function talk(overrides: MemoryPluginOptions, query = path()) {
    const { url } = await start(overrides);
    const socket = new WebSocket(`${url.replace('http', 'ws')}${query}`, streamProtocol);
    const messages: Buffer[] = [];
    socket.on('message', (data: Buffer) => messages.push(data));
    const closed = once(socket, 'close');
    await once(socket, 'open');
    return { socket, messages, closed };
  }

  it('is that of a kubelet', async () => {
    const { socket, messages, closed } = await talk({ exec: echo });
    socket.send(Buffer.from('\0hello'));
    socket.send(Buffer.from([255, 0]));
    const [code] = (await closed) as [number];
    expect(code).toBe(1000);
    const [output, errors, status] = messages;
    expect(output?.toString('latin1')).toBe('\x01hello');
    expect(errors?.toString('latin1')).toBe('\x02end of input');
    expect(status?.[0]).toBe(3);
    expect(JSON.parse(status?.subarray(1).toString() ?? '')).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: exit status 3',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  it('has Success for 0, and the reason of a refusal', async () => {
    const good = await talk({ exec: () => Promise.resolve({ exitCode: 0 }) });
    await good.closed;
    expect(JSON.parse(good.messages[0]?.subarray(1).toString() ?? '')).toEqual({ metadata: {}, status: 'Success' });
    const bad = await talk({
      exec: () => Promise.reject(new ConflictError('not running', { field: 'containerName' })),
    });
    await bad.closed;
    expect(JSON.parse(bad.messages[0]?.subarray(1).toString() ?? '')).toMatchObject({
      status: 'Failure',
      message: 'not running',
      reason: 'Conflict',
      code: 409,
      details: { causes: [{ reason: 'ILK_CONFLICT', field: 'containerName' }] },
    });
  });

  it('ignores empty messages, unknown channels and sizes that are none', async () => {
    const tty = `/exec?${buildStreamQuery({ ...request, tty: true }, { stdin: true })}`;
    const run: NonNullable<Plugin['exec']> = async (_, { resize }) => ({
      exitCode: (await takeSizes(resize, 1))[0]?.height ?? 0,
    });
    const { socket, messages, closed } = await talk({ exec: run }, tty);
    const size = (text: string) => socket.send(Buffer.from(`\x04${text}`));
    socket.send(Buffer.alloc(0));
    socket.send(Buffer.from('\x09nobody'));
    for (const text of ['', 'null', '[]', '{"Width":0,"Height":5}', '{"Width":1e9,"Height":5}']) size(text);
    size('{"Width":80,"Height":24}');
    await closed;
    expect(messages[0]?.toString()).toContain('"message":"24"');
  });

  it('has no words of a command in the log', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ name: 'test', level: 'debug', destination });
    const { plugin, url } = await start({ exec: echo }, { server: { logger } });
    const secret = { ...request, command: ['login', '--password=tops3cret'] };
    await plugin.exec?.(secret, recordStreams());
    await sendRaw(url, rawRequest(`GET /exec?${buildStreamQuery(secret, { stdin: false })}`));
    await until(() => lines.some((line) => line.includes('/exec')), 'the log');
    expect(lines.filter((line) => line.includes('tops3cret'))).toEqual([]);
  });
});
