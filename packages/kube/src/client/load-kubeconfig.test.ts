import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKubeconfigDirectory, kubeconfig, type KubeconfigDirectory } from '../../test/kubeconfig-directory.ts';
import type { KubeCredentials } from './kube-credentials.ts';
import { kubeconfigSource } from './load-kubeconfig.ts';

let directory: KubeconfigDirectory;
beforeAll(async () => {
  directory = await createKubeconfigDirectory();
  await directory.write('ca.pem', 'CA');
  await directory.write('cert.pem', 'CERT');
  await directory.write('key.pem', 'KEY');
  await directory.write('token', 'from-file\n');
});
afterAll(() => directory[Symbol.asyncDispose]());
afterEach(() => void vi.useRealTimers());

async function load(user: object, cluster: object = {}): Promise<KubeCredentials> {
  return await kubeconfigSource([await directory.writeKubeconfig(user, cluster)])();
}

function idToken(): string {
  const payload = { exp: Math.floor(Date.now() / 1000) + 3600 };
  return [{ alg: 'none' }, payload, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}
const oidcToken = idToken();

describe('kubeconfig', () => {
  it('takes certificates inline', async () => {
    const user = { 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') };
    expect(await load(user, { 'certificate-authority-data': btoa('CA') })).toEqual({
      server: 'https://k:6443',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true },
      headers: {},
    });
  });

  it('takes certificates from files, relative to its own directory', async () => {
    const user = { 'client-certificate': 'cert.pem', 'client-key': directory.path('key.pem') };
    expect((await load(user, { 'certificate-authority': 'ca.pem' })).tls).toEqual({
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      rejectUnauthorized: true,
    });
  });

  it.each([
    ['a token', { token: 't' }, 'Bearer t'],
    ['a token file, trimmed, before the token', { token: 't', tokenFile: 'token' }, 'Bearer from-file'],
    ['a name and a password', { username: 'a', password: 'b:c' }, `Basic ${btoa('a:b:c')}`],
    ['a name without a password', { username: 'a' }, `Basic ${btoa('a:')}`],
    ['a name with an empty password', { username: 'a', password: null }, `Basic ${btoa('a:')}`],
    ['an OIDC token', { 'auth-provider': { name: 'oidc', config: { 'id-token': oidcToken } } }, `Bearer ${oidcToken}`],
  ])('authorizes by %s', async (_name, user, authorization) => {
    expect((await load(user)).headers).toEqual({ authorization });
  });

  it('acts for another user and their groups', async () => {
    expect((await load({ token: 't', as: 'jane', 'as-groups': ['dev', 'ops'] })).headers).toEqual({
      authorization: 'Bearer t',
      'impersonate-user': 'jane',
      'impersonate-group': ['dev', 'ops'],
    });
  });

  it('follows the cluster entry for verification and proxy', async () => {
    const cluster = {
      'insecure-skip-tls-verify': true,
      'tls-server-name': 'kubernetes',
      'proxy-url': 'http://proxy:3128',
    };
    expect(await load({}, cluster)).toEqual({
      server: 'https://k:6443',
      tls: { servername: 'kubernetes', rejectUnauthorized: false },
      headers: {},
      proxyUrl: 'http://proxy:3128',
    });
  });

  it.each(['http://127.0.0.1:8001', 'http://localhost:8001', 'http://[::1]:8001'])(
    'takes %s, where kubectl proxy listens',
    async (server) => {
      expect(await load({}, { server })).toMatchObject({ server, headers: {} });
    },
  );

  it('verifies the server also without a user', async () => {
    const config = kubeconfig({}, { 'certificate-authority-data': btoa('CA') });
    const file = await directory.write('anonymous', JSON.stringify({ ...config, users: [null] }));
    expect((await kubeconfigSource([file])()).tls).toEqual({ ca: 'CA', rejectUnauthorized: true });
  });
});

describe('kubeconfig that changes', () => {
  it('gives the rotated content of a token file after a minute, and at once when the old one was refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await directory.write('rotated', 'first');
    const source = kubeconfigSource([await directory.writeKubeconfig({ tokenFile: 'rotated' })]);
    const authorization = async (refused: boolean): Promise<unknown> =>
      (await source({ refused })).headers['authorization'];
    expect(await authorization(false)).toBe('Bearer first');
    await directory.write('rotated', 'second');
    expect(await authorization(false)).toBe('Bearer first');
    expect(await authorization(true)).toBe('Bearer second');
    await directory.write('rotated', 'third');
    vi.setSystemTime(Date.now() + 60_001);
    expect(await authorization(false)).toBe('Bearer third');
  });

  it('gives renewed certificates and tokens at the next call', async () => {
    await directory.write('renewed.pem', 'OLD');
    const source = kubeconfigSource([
      await directory.writeKubeconfig({ token: 'old', 'client-certificate': 'renewed.pem' }),
    ]);
    expect(await source()).toMatchObject({ tls: { cert: 'OLD' }, headers: { authorization: 'Bearer old' } });
    await directory.write('renewed.pem', 'NEW');
    expect(await source()).toMatchObject({ tls: { cert: 'NEW' }, headers: { authorization: 'Bearer old' } });
    await directory.writeKubeconfig({ token: 'new', 'client-certificate': 'renewed.pem' });
    expect(await source()).toMatchObject({ tls: { cert: 'NEW' }, headers: { authorization: 'Bearer new' } });
  });
});

describe('unusable kubeconfig', () => {
  const noCluster = { ...kubeconfig({}), clusters: [] };
  const noServer = { ...kubeconfig({}), clusters: [{ name: 'k', cluster: {} }] };
  it.each([
    ['broken YAML', 'clusters: [', /:1:\d+: /],
    ['another kind of content', 'words', /not a kubeconfig/],
    ['no current context', 'clusters: []', /current-context is not set/],
    ['an unknown context', JSON.stringify({ ...kubeconfig({}), 'current-context': 'x' }), /no context x/],
    ['an unknown cluster', JSON.stringify(noCluster), /no cluster with a server for context c/],
    ['a cluster without a server', JSON.stringify(noServer), /no cluster with a server for context c/],
    ['a server without a scheme', JSON.stringify(kubeconfig({}, { server: 'localhost:6443' })), /no http or https URL/],
    ['a server without TLS', JSON.stringify(kubeconfig({}, { server: 'http://k' })), /insecure-skip-tls-verify/],
    ['a proxy that is no URL', JSON.stringify(kubeconfig({}, { 'proxy-url': 'proxy' })), /proxy-url/],
    ['a CA file that is away', JSON.stringify(kubeconfig({}, { 'certificate-authority': 'no.pem' })), /read .*no\.pem/],
    ['a token file that is away', JSON.stringify(kubeconfig({ tokenFile: 'no' })), /read .*\/no \(ENOENT\)/],
  ])('with %s is named', async (_name, content, message) => {
    const file = await directory.write('unusable', content);
    const error = await kubeconfigSource([file])().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ILK_INVALID_INPUT', message: expect.stringMatching(message) as unknown });
    expect((error as Error).message).toContain(file);
  });

  it('that is away is named', async () => {
    const file = directory.path('nowhere');
    await expect(kubeconfigSource([file])()).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      message: `${file}: cannot be read (ENOENT)`,
    });
  });
});
