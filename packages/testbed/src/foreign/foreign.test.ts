import { describe, expect, it } from 'vitest';
import { sendAsGo } from './send-as-go.ts';
import { startForeignServer } from './start-foreign-server.ts';

describe('a component in another language', () => {
  it('gets GET with a body, and answers chunked without a content type', async () => {
    await using server = await startForeignServer(({ body }) => ({ body: body.toUpperCase() }));
    const url = `http://127.0.0.1:${server.port}/status`;
    const { status, headers, body } = await sendAsGo({ method: 'GET', url, body: '["a"]' });
    expect([status, body.toString()]).toEqual([200, '["A"]']);
    expect(headers['transfer-encoding']).toBe('chunked');
    expect(headers['content-type']).toBeUndefined();
    expect(server.seen).toMatchObject([{ method: 'GET', path: '/status', body: '["a"]' }]);
    expect(server.seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '5' });
  });

  it('answers an unknown path as Go does', async () => {
    await using server = await startForeignServer(() => undefined);
    const { status, body } = await sendAsGo({ method: 'POST', url: `http://127.0.0.1:${server.port}/x` });
    expect([status, body.toString()]).toEqual([404, '404 page not found\n']);
    expect(server.seen[0]?.headers).not.toHaveProperty('content-type');
  });
});
