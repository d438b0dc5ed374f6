import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createLogger, silentLogger } from '@interlink/runtime';
import type { Plugin } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  startForeignServer,
  startSocketServer,
  type ForeignServer,
  type ReceivedRequest,
} from '../testing/foreign-server.ts';
import { sampleData, sampleLog, samplePod } from '../testing/sample-pod.ts';
import { until } from '../testing/serve.ts';
import { goAnswers } from './__fixtures__/go-answers.ts';
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

beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

describe('secrets', () => {
  it('are in no error and no log line: neither the token nor the body', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      name: 'test',
      level: 'debug',
      destination: { write: (line) => void lines.push(line) },
    });
    const pod = samplePod();
    const data = {
      pod,
      container: [{ name: 'main', secrets: [{ metadata: { name: 's' }, data: { password: 'aHVudGVyMg==' } }] }],
    };
    const more = { logger, token: () => Promise.resolve('tok3n-value') };
    const { remote } = await hopB((received, response) => {
      response.writeHead(500).end(`denied for ${received.headers.authorization ?? ''}`);
    }, more);
    const invalid = await hopB(sends(goAnswers.fastApiInvalid.body, goAnswers.fastApiInvalid.status), more);
    const cut = stack.use(await startSocketServer((socket) => socket.once('data', () => socket.destroy())));
    const broken = stack.use(createRemotePlugin({ url: cut.url, ...more }));
    const errors: unknown[] = [];
    for (const target of [remote, invalid.remote, broken]) {
      errors.push(await target.create(data).catch((caught: unknown) => caught));
      errors.push(await target.status([pod]).catch((caught: unknown) => caught));
    }
    const everything = `${errors.map((error) => `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).join('\n')}\n${lines.join('')}`;
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(everything).not.toContain('tok3n-value');
    expect(everything).not.toContain('aHVudGVyMg');
  });

  it('are not sent when they could not stand in a header', async () => {
    const { server, remote } = await hopB(sends('[]'), { token: () => Promise.resolve('to\nken') });
    await expect(remote.ping()).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('many calls', () => {
  it('of create share a bounded set of connections, and a ping does not wait for them', async () => {
    const waiting: (() => void)[] = [];
    const { server, remote } = await hopB((received, response) => {
      if (received.url === '/status') return void response.end('OK');
      const { pod } = JSON.parse(received.body) as { pod: { metadata: { uid: string } } };
      waiting.push(() => response.end(JSON.stringify({ PodUID: pod.metadata.uid, PodJID: '1' })));
    });
    const numbers = Array.from({ length: 200 }, (_unused, number) => number);
    const created = Promise.all(numbers.map((number) => remote.create(sampleData(number))));
    await until(() => waiting.length === 64, 'the connections to be full');
    expect(await remote.ping()).toEqual({ status: 'OK' });
    expect(server.connections).toBe(65);
    const answering = setInterval(() => waiting.splice(0).forEach((answer) => answer()), 5);
    stack.defer(() => clearInterval(answering));
    expect(await created).toHaveLength(200);
    expect(server.connections).toBeLessThanOrEqual(66);
  });

  it('leave nothing on a signal that lives as long as the process', async () => {
    const { remote } = await hopB(sends('[]'));
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) {
      await remote.status([samplePod()], { signal });
      await Array.fromAsync(await remote.logs(sampleLog(), { signal }));
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('a URL', () => {
  it.each(['ftp://x', 'http://user:pass@x', 'nonsense', 'http://x/?a=b', 'unix://relative.sock'])(
    'is refused: %s',
    (url) => {
      expect(() => createRemotePlugin({ url, logger: silentLogger })).toThrow(
        expect.objectContaining({ code: 'ILK_INVALID_INPUT' }) as Error,
      );
    },
  );

  it('is refused without telling the password it holds', () => {
    expect(() => createRemotePlugin({ url: 'http://user:hunter2@x', logger: silentLogger })).toThrow(/^(?!.*hunter2)/);
  });
});
