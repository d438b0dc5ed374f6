import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKubeconfigDirectory, kubeconfig, type KubeconfigDirectory } from '../../test/kubeconfig-directory.ts';
import { findCredentials, serviceAccountSource } from './find-credentials.ts';

let directory: KubeconfigDirectory;
beforeEach(async () => void (directory = await createKubeconfigDirectory()));
afterEach(async () => {
  vi.unstubAllEnvs();
  await directory[Symbol.asyncDispose]();
});

describe('KUBECONFIG', () => {
  it('may name several files, of which the first that names something wins', async () => {
    await mkdir(directory.path('second'));
    await directory.write('second/ca.pem', 'CA');
    const first = await directory.write(
      'first',
      JSON.stringify({ ...kubeconfig({ token: 'first' }), clusters: [], contexts: [] }),
    );
    const second = await directory.write(
      'second/config',
      JSON.stringify({
        ...kubeconfig({ token: 'second' }, { 'certificate-authority': 'ca.pem' }),
        'current-context': 'other',
      }),
    );
    const environment = { KUBECONFIG: [first, '', second].join(delimiter) };
    expect(await (await findCredentials({ environment }))()).toEqual({
      server: 'https://k:6443',
      tls: { ca: 'CA', rejectUnauthorized: true },
      headers: { authorization: 'Bearer first' },
    });
  });

  it('gives way to a file named explicitly', async () => {
    const kubeconfigFile = await directory.writeKubeconfig({ token: 'named' });
    const source = await findCredentials({ kubeconfigFile, environment: { KUBECONFIG: '/nowhere' } });
    expect((await source()).headers).toEqual({ authorization: 'Bearer named' });
  });

  it('leads to an error that names all its files', async () => {
    const files = [await directory.write('a', 'clusters: []'), await directory.write('b', 'clusters: []')];
    const source = await findCredentials({ environment: { KUBECONFIG: files.join(delimiter) } });
    await expect(source()).rejects.toThrow(`kubeconfig ${files.join(', ')}: current-context is not set`);
  });
});

describe('service account of a pod', () => {
  const root = 'var/run/secrets/kubernetes.io/serviceaccount';
  beforeEach(async () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    await mkdir(directory.path(root), { recursive: true });
    await directory.write(join(root, 'token'), 'one\n');
  });

  it('is read from its files, the token again when it was refused', async () => {
    await directory.write(join(root, 'ca.crt'), 'CA');
    const source = serviceAccountSource(directory.path(''));
    expect(await source()).toEqual({
      server: 'https://[fd00::1]:443',
      tls: { ca: 'CA', rejectUnauthorized: true },
      headers: { authorization: 'Bearer one' },
    });
    await directory.write(join(root, 'token'), 'two');
    expect((await source({ refused: true })).headers).toEqual({ authorization: 'Bearer two' });
  });

  it('names a file that is away', async () => {
    await expect(serviceAccountSource(directory.path(''))()).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      message: `service account of the pod: cannot read ${directory.path(join(root, 'ca.crt'))} (ENOENT)`,
    });
  });
});
