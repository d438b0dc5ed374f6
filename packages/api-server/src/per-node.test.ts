import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@interlink/runtime';
import { startOidcIssuer, type TestIssuer } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listener } from '@interlink/plugin-sdk';
import { podCreateRequest } from './__fixtures__/create-request.ts';
import { loadApiConfig } from './config/load-api-config.ts';
import { startApiServer } from './start-api-server.ts';
import { fakePlugin, running } from './testing/fake-plugin.ts';
import { rawHttpRequest, type RawAnswer } from './testing/raw-http-request.ts';

const uid = podCreateRequest.pod.metadata.uid;
const lines: string[] = [];
let stack: AsyncDisposableStack;
let server: Listener;
let issuer: TestIssuer;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'ilk-nodes-'));
  stack.defer(() => rm(directory, { recursive: true }));
  issuer = stack.use(await startOidcIssuer());
  const tokens = join(directory, 'callers');
  await writeFile(
    tokens,
    '# by name\nfile-token system:node:my-vk\nother-token system:node:other\nops-token ada ops,staff\n',
  );
  const file = join(directory, 'config.yaml');
  const extensions = {
    CallerTokenFile: tokens,
    OIDC: [{ Issuer: issuer.url, Audiences: ['interlink'], NodesClaim: 'nodes' }],
    Authorization: { Nodes: [{ Group: 'ops', Nodes: ['*'] }] },
  };
  await writeFile(file, JSON.stringify({ SidecarURL: 'unix:///none', Extensions: extensions }));
  const { config } = await loadApiConfig({ file, environment: { INTERLINKPORT: '0' } });
  const destination = { write: (line: string) => void lines.push(line) };
  const plugin = fakePlugin({
    ping: () => Promise.resolve({ status: 'ok' }),
    create: () => Promise.resolve({ PodUID: uid, PodJID: '7' }),
    status: () => Promise.resolve([running(uid)]),
    list: () => Promise.resolve([]),
  });
  server = stack.use(
    await startApiServer(config, { logger: createLogger({ name: 'api', level: 'debug', destination }), plugin }),
  );
});
afterAll(() => stack.disposeAsync());

function send(path: string, token: string, body?: unknown): Promise<RawAnswer> {
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  return rawHttpRequest(server.address, {
    method: 'POST',
    path,
    headers: { authorization: `Bearer ${token}` },
    ...text,
  });
}

describe('an API server with callers of several kinds', () => {
  it('knows them by file and by issuer, and shows each the pods of its own node', async () => {
    const mine = await issuer.sign({ aud: 'interlink', sub: 'vk', nodes: ['my-vk'] });
    const other = await issuer.sign({ aud: 'interlink', sub: 'vk2', nodes: ['other'] });
    expect((await send('/create', other, podCreateRequest)).status).toBe(403);
    expect((await send('/create', 'file-token', podCreateRequest)).status).toBe(200);
    expect(JSON.parse((await send('/status', mine, [podCreateRequest.pod])).text)).toEqual([running(uid)]);
    const seen = await Promise.all(
      ['file-token', mine, 'ops-token', 'other-token', other].map((token) => send('/status', token, [])),
    );
    expect(seen.map(({ text }) => (JSON.parse(text) as unknown[]).length)).toEqual([1, 1, 1, 0, 0]);
  });

  it('answers 403 naming the pod to who may not, 401 to who is nobody', async () => {
    const refused = await send('/delete', 'other-token', podCreateRequest.pod);
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'ILK_FORBIDDEN',
      message: expect.stringContaining(uid) as string,
    });
    const nobody = await send('/status', 'unknown-token', []);
    expect(nobody.status).toBe(401);
    expect(nobody.headers['www-authenticate']).toBe('Bearer');
    const noNode = await issuer.sign({ aud: 'interlink', sub: 'vk3' });
    expect((await send('/pinglink', noNode)).status).toBe(403);
  });

  it('logs who called by name, and no credential', async () => {
    const token = await issuer.sign({ aud: 'interlink', sub: 'vk', nodes: ['my-vk'] });
    await send('/pinglink', token);
    await send('/pinglink', `${token.slice(0, -4)}AAAA`);
    const log = lines.join('');
    expect(log).toContain('"caller":"oidc:vk"');
    for (const secret of [token, token.split('.')[1]!, 'file-token', 'other-token']) expect(log).not.toContain(secret);
  });
});

describe('a configuration', () => {
  const load = async (extensions: object, more: object = {}): Promise<unknown> => {
    const directory = await mkdtemp(join(tmpdir(), 'ilk-nodes-'));
    stack.defer(() => rm(directory, { recursive: true }));
    const file = join(directory, 'config.yaml');
    await writeFile(file, JSON.stringify({ SidecarURL: 'unix:///none', Extensions: extensions, ...more }));
    return loadApiConfig({ file, environment: {} });
  };
  const oidc = { Issuer: 'https://iam.example', Audiences: ['interlink'] };

  it.each([
    [{ Authorization: {} }, 'Authorization needs callers that are known'],
    [{ ClientCertificates: 'accepted' }, 'ClientCertificates needs an https address'],
    [{ OIDC: [{ ...oidc, Issuer: 'http://iam.example' }] }, 'Issuer must be https'],
    [{ OIDC: [oidc, { ...oidc, Issuer: 'https://b.example' }] }, 'Prefix must differ'],
    [{ OIDC: [{ Issuer: 'https://iam.example' }] }, 'Audiences'],
    [{ OIDC: [{ ...oidc, Algorithms: ['HS256'] }] }, 'Algorithms'],
    [{ CallerTokenFile: '/x', Authorization: { Nodes: [{ Nodes: ['a'] }] } }, 'needs either Name or Group'],
  ])('is refused: %j', async (extensions, words) => {
    await expect(load(extensions)).rejects.toThrow(words);
  });
});
