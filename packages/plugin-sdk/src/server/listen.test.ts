import { lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { createLogger, silentLogger } from '@interlink/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRemotePlugin } from '../client/create-remote-plugin.ts';
import type { RemoteTls } from '../client/remote-options.ts';
import { createAuthority } from '../testing/certificates.ts';
import { createMemoryPlugin, type MemoryPluginOptions } from '../testing/memory-plugin.ts';
import { sampleData, sampleLog, sampleUid } from '../testing/sample-pod.ts';
import { serve, temporaryDirectory, until } from '../testing/serve.ts';
import { buildPluginApp } from './build-plugin-app.ts';
import { listen, type ListenOptions } from './listen.ts';
import type { ServerOptions } from './server-options.ts';

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = stack.use(await temporaryDirectory()).path;
});
afterEach(() => stack.disposeAsync());

const app = (overrides: MemoryPluginOptions = {}, more: Partial<ServerOptions> = {}) =>
  buildPluginApp(createMemoryPlugin(overrides), { logger: silentLogger, ...more });

const remote = (url: string, tls?: RemoteTls) =>
  stack.use(createRemotePlugin({ url, logger: silentLogger, ...(tls === undefined ? {} : { tls }) }));

describe('a unix socket', () => {
  const permissions = 0o777;

  it('is for its owner alone, and goes with the server', async () => {
    const path = `${directory}/plugin.sock`;
    const listener = await serve(app(), { address: `unix://${path}` });
    expect((await lstat(path)).mode & permissions).toBe(0o600);
    expect(await readdir(directory)).toEqual(['plugin.sock']);
    await listener[Symbol.asyncDispose]();
    expect(await readdir(directory)).toEqual([]);
  });

  it('replaces the socket of a process that is gone', async () => {
    const path = `${directory}/plugin.sock`;
    const dead = createServer().listen(`${directory}/first.sock`);
    await once(dead, 'listening');
    // A killed process leaves its file behind; closing would remove it.
    await rename(`${directory}/first.sock`, path);
    dead.close();
    await once(dead, 'close');
    expect((await lstat(path)).isSocket()).toBe(true);
    stack.use(await serve(app(), { address: `unix://${path}` }));
    expect(await remote(`unix://${path}`).ping()).toMatchObject({ status: 'ok' });
  });

  it('leaves the socket of a living process alone, and says so', async () => {
    const address = `unix://${directory}/plugin.sock`;
    stack.use(await serve(app(), { address }));
    await expect(serve(app(), { address })).rejects.toMatchObject({
      code: 'ILK_CONFLICT',
      message: expect.stringMatching(/another process/) as string,
    });
    expect(await remote(address).ping()).toMatchObject({ status: 'ok' });
  });

  it('leaves a file that is no socket alone', async () => {
    await writeFile(`${directory}/precious`, 'data');
    await expect(serve(app(), { address: `unix://${directory}/precious` })).rejects.toMatchObject({
      code: 'ILK_CONFLICT',
    });
  });

  it('names a directory that does not exist', async () => {
    await expect(serve(app(), { address: `unix://${directory}/no/where.sock` })).rejects.toThrow(
      /directory .*does not exist/,
    );
  });

  it('names a directory too long for the kernel', async () => {
    const deep = `${directory}/${'d'.repeat(99 - directory.length)}`;
    await mkdir(deep);
    await expect(serve(app(), { address: `unix://${deep}/a.s` })).rejects.toThrow(/too long/);
    expect(await readdir(deep)).toEqual([]);
  });
});

describe('a TCP address', () => {
  it('in use is a clear error', async () => {
    const { address } = stack.use(await serve(app()));
    await expect(serve(app(), { address })).rejects.toMatchObject({ code: 'ILK_CONFLICT' });
  });

  it('that others can reach is refused without TLS and a credential, and the message says what to do', async () => {
    const address = 'http://0.0.0.0:0';
    await expect(serve(app(), { address })).rejects.toMatchObject({
      code: 'ILK_FORBIDDEN',
      message: expect.stringMatching(
        /lacks TLS .* and a credential .*127\.0\.0\.1 or a unix socket.*"insecure"/,
      ) as string,
    });
    const tokens = () => Promise.resolve(['t']);
    await expect(serve(app({}, { tokens }), { address })).rejects.toThrow(/lacks TLS .*: add/);
  });

  it('that others can reach is taken with a warning when that is wanted', async () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
    stack.use(await listen(app(), { address: 'http://0.0.0.0:0', insecure: true }, logger));
    expect(lines.filter((line) => line.includes('"level":40') && line.includes('without protection'))).toHaveLength(1);
  });

  it('needs certificate files for https, and takes none for http', async () => {
    await expect(serve(app(), { address: 'https://127.0.0.1:0' })).rejects.toMatchObject({ code: 'ILK_INVALID_INPUT' });
    const tls = { certFile: '/nowhere.crt', keyFile: '/nowhere.key' };
    await expect(serve(app(), { address: 'https://127.0.0.1:0', tls })).rejects.toThrow('/nowhere.crt');
    await expect(serve(app(), { address: 'http://127.0.0.1:0', tls })).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
    });
  });
});

describe('https', () => {
  const https: Pick<ListenOptions, 'address'> = { address: 'https://127.0.0.1:0' };

  async function handshake(url: string, options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      rejectUnauthorized: false,
      ...options,
    });
    stack.defer(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  }

  it('is trusted by the given authority alone', async () => {
    const authority = await createAuthority(directory);
    const other = await createAuthority(directory, 'other');
    const { address } = stack.use(await serve(app(), { ...https, tls: await authority.issue('server') }));
    expect(await remote(address, { caFile: authority.caFile }).ping()).toMatchObject({ status: 'ok' });
    expect(await remote(address, { insecureSkipVerify: true }).ping()).toMatchObject({ status: 'ok' });
    const error = await remote(address, { caFile: other.caFile })
      .create(sampleData())
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ILK_UNAVAILABLE', details: { notSent: true } });
  });

  it('asks for a client certificate when there is an authority for clients', async () => {
    const authority = await createAuthority(directory);
    const other = await createAuthority(directory, 'other');
    const tls = { ...(await authority.issue('server')), caFile: authority.caFile };
    const { address } = stack.use(await serve(app(), { ...https, tls }));
    const { caFile } = authority;
    const client = await authority.issue('client');
    expect(await remote(address, { caFile, ...client }).create(sampleData())).toMatchObject({ PodUID: sampleUid() });
    await expect(remote(address, { caFile }).ping()).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    await expect(remote(address, { caFile, ...(await other.issue('stranger')) }).ping()).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
    });
  });

  it('may be on an address that others can reach, with client certificates or tokens', async () => {
    const authority = await createAuthority(directory);
    const tls = await authority.issue('server');
    const address = 'https://0.0.0.0:0';
    await expect(serve(app(), { address, tls })).rejects.toThrow(/lacks a credential/);
    stack.use(await serve(app(), { address, tls: { ...tls, caFile: authority.caFile } }));
    stack.use(await serve(app({}, { tokens: () => Promise.resolve(['t']) }), { address, tls }));
  });

  it('refuses TLS older than 1.2', async () => {
    const tls = await (await createAuthority(directory)).issue('server');
    const { address } = stack.use(await serve(app(), { ...https, tls }));
    await expect(
      handshake(address, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
    ).rejects.toThrow();
    expect((await handshake(address, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
  });

  it('takes a new certificate when the files change, and keeps the old one while they do not fit', async () => {
    const authority = await createAuthority(directory);
    const tls = { ...(await authority.issue('server')), reloadSeconds: 0.02 };
    const lines: string[] = [];
    const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
    const { address } = stack.use(await listen(app(), { ...https, tls }, logger));
    const serial = async () => (await handshake(address, {})).getPeerCertificate().serialNumber;
    const first = await serial();
    await writeFile(tls.keyFile, 'half a key');
    await until(() => lines.some((line) => line.includes('certificate not reloaded')), 'the bad files to be seen');
    expect(await serial()).toBe(first);
    await authority.issue('server');
    await until(async () => (await serial()) !== first, 'the new certificate');
  });

  it('uses a renewed client certificate for its next connection', async () => {
    const authority = await createAuthority(directory);
    const other = await createAuthority(directory, 'other');
    const tls = { ...(await authority.issue('server')), caFile: authority.caFile };
    const { address } = stack.use(await serve(app(), { ...https, tls }));
    const client = remote(address, { caFile: authority.caFile, ...(await other.issue('client')) });
    await expect(client.ping()).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    await authority.issue('client');
    expect(await client.ping()).toMatchObject({ status: 'ok' });
  });
});

describe('closing', () => {
  it('lets a request end that is being worked on', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let started = false;
    const slow = app({
      create: async () => {
        started = true;
        await released;
        return { PodUID: sampleUid(), PodJID: '1' };
      },
    });
    const listener = await serve(slow, { closeSeconds: 20 });
    const answer = remote(listener.address).create(sampleData());
    await until(() => started, 'the create');
    const closed = listener[Symbol.asyncDispose]();
    release();
    expect(await answer).toMatchObject({ PodJID: '1' });
    await closed;
  });

  it('ends event streams at once, and everything else after the time', async () => {
    const plugin = createMemoryPlugin();
    const listener = await serve(buildPluginApp(plugin, { logger: silentLogger }), { closeSeconds: 0.2 });
    const client = remote(listener.address);
    await client.create(sampleData());
    const event = client.watch?.()[Symbol.asyncIterator]().next();
    const log = (await client.logs(sampleLog(1, { Follow: true })))[Symbol.asyncIterator]();
    await log.next();
    await until(() => plugin.openStreams === 2, 'the streams');
    const rest = log.next();
    const ends = [
      expect(event).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' }),
      expect(rest).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' }),
    ];
    await listener[Symbol.asyncDispose]();
    await Promise.all(ends);
    await until(() => plugin.openStreams === 0, 'the streams to end');
  });

  it('takes no new connection, and may be asked for twice', async () => {
    const listener = await serve(app());
    await Promise.all([listener[Symbol.asyncDispose](), listener[Symbol.asyncDispose]()]);
    const socket = connect(Number(new URL(listener.address).port), '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
