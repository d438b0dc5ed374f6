import * as fc from 'fast-check';
import { silentLogger } from '@interlink/runtime';
import { isInterLinkError, type Plugin } from '@interlink/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForeignServer, type ForeignServer } from '../testing/foreign-server.ts';
import { sampleData, sampleLog, samplePod } from '../testing/sample-pod.ts';
import { createRemotePlugin } from './create-remote-plugin.ts';

let server: ForeignServer;
let remote: Plugin;
let answer = { status: 200, body: '' };

beforeAll(async () => {
  server = await startForeignServer((_received, response) => response.writeHead(answer.status).end(answer.body));
  remote = createRemotePlugin({ url: server.url, logger: silentLogger });
});
afterAll(async () => {
  await remote[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const bodies = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
  fc
    .array(fc.record({ UID: fc.constant(samplePod().metadata?.uid), containers: fc.jsonValue() }))
    .map((value) => JSON.stringify(value)),
  fc.record({ PodUID: fc.jsonValue(), PodJID: fc.jsonValue() }).map((value) => JSON.stringify(value)),
  fc
    .record({ code: fc.constantFrom('ILK_INTERNAL', 'ILK_x', '__proto__'), message: fc.jsonValue() })
    .map((value) => JSON.stringify(value)),
  fc.constant('['.repeat(100_000)),
  fc.constant(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
);
const statuses = fc.constantFrom(200, 201, 204, 301, 400, 404, 500, 502, 599);

const calls: [string, () => Promise<unknown>][] = [
  ['ping', () => remote.ping()],
  ['create', () => remote.create(sampleData())],
  ['status', () => remote.status([samplePod()])],
  ['delete', () => remote.delete(samplePod())],
  ['logs', async () => Array.fromAsync(await remote.logs(sampleLog()))],
  ['list', () => remote.list?.() ?? Promise.resolve()],
];

describe.each(calls)('%s', (_name, call) => {
  it('resolves or rejects with an error of the set, whatever the peer answers', async () => {
    await fc.assert(
      fc.asyncProperty(statuses, bodies, async (status, body) => {
        answer = { status, body };
        const error = await call().then(
          () => undefined,
          (caught: unknown) => caught,
        );
        if (error !== undefined) expect(isInterLinkError(error), JSON.stringify(error)).toBe(true);
        if (status >= 400) expect(error).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });
});
