import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeconfigSource } from './load-kubeconfig.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'interlink-kubeconfig-'));
  await writeFile(join(directory, 'ca.pem'), 'CA');
  await writeFile(join(directory, 'token'), 'from-file\n');
});
afterAll(() => rm(directory, { recursive: true }));

async function load(user: object, cluster: object = {}) {
  const file = join(directory, 'config');
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://k:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
  };
  await writeFile(file, JSON.stringify(config));
  return await kubeconfigSource([file], process.env)();
}

describe('kubeconfig', () => {
  it('takes certificates inline and from files beside it', async () => {
    const user = { 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') };
    expect(await load(user, { 'certificate-authority': 'ca.pem' })).toEqual({
      server: 'https://k:6443',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true },
      headers: {},
    });
  });

  it.each([
    ['a token', { token: 't' }, 'Bearer t'],
    ['a token file, trimmed, before the token', { token: 't', tokenFile: 'token' }, 'Bearer from-file'],
    ['a name and a password', { username: 'a', password: 'b' }, `Basic ${btoa('a:b')}`],
    [
      'a credential program',
      {
        exec: {
          command: 'sh',
          args: ['-c', `printf '{"status":{"token":"%s"}}' "$WORD"`],
          env: [{ name: 'WORD', value: 'x' }],
        },
      },
      'Bearer x',
    ],
  ])('authorizes by %s', async (_name, user, authorization) => {
    expect((await load(user)).headers).toEqual({ authorization });
  });

  it('names the program that failed without its output', async () => {
    const exec = { command: 'sh', args: ['-c', 'echo secret; exit 3'] };
    const error: unknown = await load({ exec }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ILK_UNAUTHENTICATED', details: { code: 3 } });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('says which file lacks what', async () => {
    const file = join(directory, 'empty');
    await writeFile(file, 'clusters: []\n');
    await expect(kubeconfigSource([file], {})()).rejects.toThrow(`kubeconfig ${file}: current-context is not set`);
  });
});
