import { chmod, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKubeconfigDirectory, type KubeconfigDirectory } from '../../test/kubeconfig-directory.ts';
import type { CredentialsSource } from './kube-credentials.ts';
import { kubeconfigSource } from './load-kubeconfig.ts';

let directory: KubeconfigDirectory;
beforeEach(async () => void (directory = await createKubeconfigDirectory()));
afterEach(async () => {
  vi.useRealTimers();
  await directory[Symbol.asyncDispose]();
});

const hour = 3_600_000;

/** A source whose credential program is a shell script. */
async function sourceOf(script: string, exec: object = {}): Promise<CredentialsSource> {
  const command = await directory.write('program', `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  return kubeconfigSource([
    await directory.writeKubeconfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...exec } }),
  ]);
}

/** A script that prints a token with the number of its run, e.g. `token-1`. */
function countingScript(expirationTimestamp?: string): string {
  const expiry = expirationTimestamp === undefined ? '' : `,"expirationTimestamp":"${expirationTimestamp}"`;
  return `echo run >> ${directory.path('runs')}
number=$(wc -l < ${directory.path('runs')} | tr -d ' ')
printf '{"kind":"ExecCredential","status":{"token":"token-%s"${expiry}}}' "$number"`;
}

const authorizationOf = async (source: CredentialsSource, refused = false): Promise<unknown> =>
  (await source({ refused })).headers['authorization'];

describe('credential program', () => {
  it('runs once until what it gave expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const source = await sourceOf(countingScript(new Date(Date.now() + hour).toISOString()));
    expect(await authorizationOf(source)).toBe('Bearer token-1');
    expect(await authorizationOf(source)).toBe('Bearer token-1');
    vi.setSystemTime(Date.now() + hour + 1);
    expect(await authorizationOf(source)).toBe('Bearer token-2');
  });

  it.each([
    ['without an expiry', undefined],
    ['that has not expired', new Date(Date.now() + hour).toISOString()],
  ])('runs again when the API server refused a token %s', async (_name, expirationTimestamp) => {
    const source = await sourceOf(countingScript(expirationTimestamp));
    expect(await authorizationOf(source)).toBe('Bearer token-1');
    expect(await authorizationOf(source)).toBe('Bearer token-1');
    expect(await authorizationOf(source, true)).toBe('Bearer token-2');
    expect(await authorizationOf(source)).toBe('Bearer token-2');
  });

  it('may give a certificate', async () => {
    const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' };
    const source = await sourceOf(`echo '${JSON.stringify({ status })}'`);
    expect(await source()).toMatchObject({ tls: { cert: 'CERT', key: 'KEY' }, headers: {} });
  });

  it('is given its arguments, its environment and what the protocol tells it', async () => {
    const source = await sourceOf(
      `printf %s "$KUBERNETES_EXEC_INFO" > ${directory.path('info')}
printf '{"status":{"token":"%s-%s"}}' "$1" "$WORD"`,
      { args: ['one'], env: [{ name: 'WORD', value: 'two' }] },
    );
    expect(await authorizationOf(source)).toBe('Bearer one-two');
    expect(JSON.parse(await readFile(directory.path('info'), 'utf8'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false },
    });
  });

  it.each([
    ['fails', 'echo secret; echo secret >&2; exit 3'],
    ['prints something else', 'echo secret'],
    ['prints no status', `echo '{"secret":1}'`],
  ])('that %s is named without its output', async (_name, script) => {
    const source = await sourceOf(script);
    const error: unknown = await source().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ILK_UNAUTHENTICATED' });
    expect((error as Error).message).toContain(`the credential program ${directory.path('program')} failed`);
    expect((error as Error).cause).toBeUndefined();
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it('that does not exist is named', async () => {
    const source = await sourceOf('', { command: '/nowhere/program' });
    await expect(source()).rejects.toMatchObject({ code: 'ILK_UNAUTHENTICATED', details: { code: 'ENOENT' } });
  });

  it('that does not end is not waited for without end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // Ends with the pipe of its input, that is with this process.
    const waiting = expect((await sourceOf('exec cat'))()).rejects.toMatchObject({ code: 'ILK_TIMEOUT' });
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(60_000);
    await waiting;
  });
});
