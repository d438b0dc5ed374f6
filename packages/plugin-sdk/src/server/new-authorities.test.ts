import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { silentLogger } from '@interlink/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRemotePlugin } from '../client/create-remote-plugin.ts';
import { createAuthority, type CertificateFiles, type TestAuthority } from '../testing/certificates.ts';
import { createMemoryPlugin } from '../testing/memory-plugin.ts';
import { serve, temporaryDirectory, until } from '../testing/serve.ts';
import { authenticateCertificate } from './authentication/certificate-authenticator.ts';
import { buildPluginApp } from './build-plugin-app.ts';

let stack: AsyncDisposableStack;
/** Signed the server's certificate, and the first clients. */
let old: TestAuthority;
let next: TestAuthority;
/** What the server takes clients of. */
let authorities: string;
let address: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory()).path;
  [old, next] = [await createAuthority(directory, 'old'), await createAuthority(directory, 'next')];
  authorities = join(directory, 'clients.crt');
  await copyFile(old.caFile, authorities);
});
afterEach(() => stack.disposeAsync());

async function start(clientCertificates: 'required' | 'accepted'): Promise<void> {
  const app = buildPluginApp(createMemoryPlugin(), { logger: silentLogger, authenticators: [authenticateCertificate] });
  const tls = { ...(await old.issue('server')), caFile: authorities, clientCertificates, reloadSeconds: 0.02 };
  ({ address } = stack.use(await serve(app, { address: 'https://127.0.0.1:0', tls })));
}

async function trustBoth(): Promise<void> {
  const texts = await Promise.all([old, next].map(({ caFile }) => readFile(caFile, 'utf8')));
  await writeFile(authorities, texts.join('\n'));
}

/** Whether a caller is taken over a connection of its own. */
async function isTaken(files: CertificateFiles): Promise<boolean> {
  await using client = createRemotePlugin({
    url: address,
    logger: silentLogger,
    tls: { caFile: old.caFile, ...files },
  });
  return await client.ping().then(
    () => true,
    () => false,
  );
}

/** A connection that stays; a session makes it go on with an older one. */
async function connect(files: CertificateFiles, session?: Buffer): Promise<TLSSocket> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const socket = connectTls({
    ...{ host: '127.0.0.1', port: Number(new URL(address).port), cert, key, rejectUnauthorized: false },
    // The session is there with the handshake, unlike in later versions.
    ...{ maxVersion: 'TLSv1.2' as const, ...(session && { session }) },
  });
  socket.on('error', () => undefined);
  stack.defer(() => void socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

/** The answer to a call over a connection that is open already, or `cut`. */
async function callOver(socket: TLSSocket): Promise<string> {
  if (socket.closed) return 'cut';
  socket.write('GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  return await new Promise((resolve) => {
    socket.once('data', (chunk) => resolve(/^HTTP\/1.1 (\d+)/.exec(String(chunk))?.[1] ?? 'garbage'));
    socket.once('close', () => resolve('cut'));
  });
}

describe.each(['required', 'accepted'] as const)('authorities of clients that change (%s)', (kind) => {
  it('let their callers in and no others, without a restart, on open connections too', async () => {
    await start(kind);
    const [leaver, comer] = [await old.issue('leaver'), await next.issue('comer')];
    expect([await isTaken(leaver), await isTaken(comer)]).toEqual([true, false]);
    const open = await connect(leaver);
    const session = open.getSession();
    expect(await callOver(open)).toBe('200');
    // Both stand together while one takes the other's place.
    await trustBoth();
    await until(() => isTaken(comer), 'the new authority to count');
    expect([await callOver(open), await isTaken(leaver)]).toEqual(['200', true]);
    const stays = await connect(comer);
    expect(await callOver(stays)).toBe('200');
    await copyFile(next.caFile, authorities);
    await until(() => open.closed, 'the connection of the old authority to be cut');
    expect([await isTaken(leaver), await isTaken(comer), await callOver(stays)]).toEqual([false, true, '200']);
    const resumed = await connect(leaver, session);
    expect(resumed.isSessionReused()).not.toBe(true);
    expect(['401', 'cut']).toContain(await callOver(resumed));
  });
});

it('a caller that was not believed is heard anew when its authority comes', async () => {
  await start('accepted');
  const comer = await next.issue('comer');
  const open = await connect(comer);
  expect(await callOver(open)).toBe('401');
  await trustBoth();
  await until(() => open.closed, 'the connection to be cut');
  expect(await callOver(await connect(comer))).toBe('200');
});
