import * as fc from 'fast-check';
import { silentLogger } from '@interlink/runtime';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryPlugin } from '../testing/memory-plugin.ts';
import { parseRaw, rawRequest, sendRaw } from '../testing/raw-http.ts';
import { sampleData, sampleLog, samplePod } from '../testing/sample-pod.ts';
import { serve } from '../testing/serve.ts';
import { buildPluginApp } from './build-plugin-app.ts';
import type { Listener } from './listen.ts';

const runs = 300;
const serverErrors = 500;

let app: FastifyInstance;
let listener: Listener;

beforeAll(async () => {
  app = buildPluginApp(createMemoryPlugin(), { logger: silentLogger });
  listener = await serve(app);
});
afterAll(() => listener[Symbol.asyncDispose]());

async function post(path: string, payload: string | Buffer): Promise<{ status: number; body: string }> {
  const response = await app.inject({ method: 'POST', url: path, payload });
  return { status: response.statusCode, body: response.body };
}

/** A valid body with one value somewhere in it replaced. */
function broken(valid: unknown): fc.Arbitrary<unknown> {
  const paths: string[][] = [];
  const walk = (value: unknown, path: string[]): void => {
    paths.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
  };
  walk(valid, []);
  const put = (value: unknown, [key, ...rest]: string[], replacement: unknown): unknown => {
    if (key === undefined) return replacement;
    const copy = structuredClone(value) as Record<string, unknown>;
    copy[key] = put(copy[key], rest, replacement);
    return copy;
  };
  return fc
    .tuple(fc.constantFrom(...paths), fc.jsonValue())
    .map(([path, replacement]) => put(valid, path, replacement));
}

const bodies: [string, unknown][] = [
  ['/create', sampleData()],
  ['/status', [samplePod(1), samplePod(2)]],
  ['/delete', samplePod()],
  ['/getLogs', sampleLog(1, { Tail: 1, SinceTime: '2026-01-01T00:00:00Z' })],
];

describe.each(bodies)('%s', (path, valid) => {
  it('never answers any JSON with a 5xx, and names the field when it refuses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(broken(valid), fc.jsonValue({ maxDepth: 6 })), async (value) => {
        const { status, body } = await post(path, JSON.stringify(value));
        expect(status).toBeLessThan(serverErrors);
        if (status === 400)
          expect(JSON.parse(body)).toMatchObject({
            code: 'ILK_INVALID_INPUT',
            field: expect.stringMatching(/./) as string,
          });
      }),
      { numRuns: runs },
    );
  });

  it('never answers any bytes with a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect((await post(path, Buffer.from(bytes))).status).toBeLessThan(serverErrors);
      }),
      { numRuns: runs },
    );
  });
});

describe('the server', () => {
  it('lives on after any bytes on the wire', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), async (line, body) => {
        const { status } = parseRaw(
          await sendRaw(listener.address, [rawRequest(`POST /${line}`, [], body), '\r\n\r\n']),
        );
        expect(Number.isNaN(status) || status < serverErrors).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(parseRaw(await sendRaw(listener.address, rawRequest('GET /healthz'))).status).toBe(200);
  });
});
