import { NotFoundError } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryPlugin, MemoryPluginOptions } from '../testing/memory-plugin.ts';
import { parseRaw, rawRequest, sendRaw } from '../testing/raw-http.ts';
import { sampleData, sampleLog, samplePod, sampleUid } from '../testing/sample-pod.ts';
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

describe('a log', () => {
  const body = JSON.stringify(sampleLog(1, { Follow: true }));
  const request = rawRequest('GET /getLogs', withLength(body), body);

  it('has its headers sent while the container is silent', async () => {
    let ended = false;
    // eslint-disable-next-line require-yield -- silence is the point
    const silence = async function* (signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
      try {
        await new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      } finally {
        ended = true;
      }
    };
    await start({ logs: (_request, options) => Promise.resolve(silence(options?.signal)) });
    const stop = new AbortController();
    const response = await fetch(`${url}/getLogs`, { method: 'POST', body, signal: stop.signal });
    expect(response.status).toBe(200);
    expect(ended).toBe(false);
    stop.abort();
    await until(() => ended, 'the plugin to hear of it');
  });

  it('is a proper error when its source fails before the first byte', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array, void> {
      await Promise.reject(new NotFoundError('no log yet'));
      yield Buffer.from('never');
    };
    await start({ logs: () => Promise.resolve(failing()) });
    expect(parseRaw(await sendRaw(url, request))).toMatchObject({
      status: 404,
      body: expect.stringContaining('no log yet') as string,
    });
  });

  it('breaks the connection when its source fails later', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array, void> {
      yield Buffer.from('half');
      await Promise.reject(new Error('disk gone'));
    };
    await start({ logs: () => Promise.resolve(failing()) });
    const answer = await sendRaw(url, request);
    expect(answer).toContain('200 OK');
    expect(answer).toContain('half');
    expect(answer).not.toMatch(/0\r\n\r\n$/);
    expect(lines.filter((line) => line.includes('disk gone') && line.includes('"level":50'))).toHaveLength(1);
  });

  it('is not read faster than the client reads', async () => {
    const chunkBytes = 64 * 1024;
    let given = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        given += 1;
        yield new Uint8Array(chunkBytes);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await start({ logs: () => Promise.resolve(endless()) });
    const stop = new AbortController();
    const response = await fetch(`${url}/getLogs`, { method: 'POST', body, signal: stop.signal });
    let before = -1;
    await until(() => {
      const still = given === before;
      before = given;
      return still;
    }, 'the source to be left alone');
    // Far more than the buffers of both sockets would be unbounded memory.
    expect(given * chunkBytes).toBeLessThan(64 * 1024 * 1024);
    const reader = response.body?.getReader();
    for (let count = 0; count < 200; count += 1) await reader?.read();
    stop.abort();
    expect(given).toBeGreaterThan(0);
  });
});

describe('a client that goes away', () => {
  const gone = async (overrides: MemoryPluginOptions, path: string, body: string) => {
    await start(overrides);
    const stop = new AbortController();
    const answer = fetch(`${url}${path}`, { method: 'POST', body, signal: stop.signal }).catch(() => undefined);
    await until(() => plugin.calls.length === 1, 'the call');
    stop.abort();
    await answer;
    return plugin.calls[0]?.options?.signal;
  };
  const never = () => new Promise<never>(() => undefined);

  it('aborts a status', async () => {
    const signal = await gone({ status: never }, '/status', JSON.stringify([samplePod()]));
    await until(() => signal?.aborted === true, 'the abort');
  });

  it('does not abort a create, which is better whole than half', async () => {
    let finished = false;
    const created = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      finished = true;
      return { PodUID: sampleUid(), PodJID: '1' };
    };
    const signal = await gone({ create: created }, '/create', JSON.stringify(sampleData()));
    await until(() => finished, 'the create to end');
    expect(signal?.aborted).toBe(false);
  });
});
