import { connect } from 'node:tls';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@interlink/runtime';
import type { CallOptions, Caller } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, type CertificateFiles } from '../../testing/certificates.ts';
import { createMemoryPlugin } from '../../testing/memory-plugin.ts';
import { serve, temporaryDirectory } from '../../testing/serve.ts';
import { buildPluginApp } from '../build-plugin-app.ts';
import { openCallerFile } from '../open-caller-file.ts';
import { authenticateCertificate } from './certificate-authenticator.ts';
import { digestOf, parseTokenLines } from './parse-token-lines.ts';
import { createTokenAuthenticator } from './token-authenticator.ts';

let stack: AsyncDisposableStack;
let directory = '';

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = stack.use(await temporaryDirectory()).path;
});
afterEach(() => stack.disposeAsync());

describe('a token file', () => {
  it('names callers and groups, knows digests and comments, and calls the nameless after their lines', () => {
    const text = `# comment\nfirst\n\n second\tada  ops,staff \nsha256:${digestOf('third').toString('hex')} bob\r\n`;
    expect(parseTokenLines(text)).toEqual([
      { digest: digestOf('first'), name: 'line 2', groups: [] },
      { digest: digestOf('second'), name: 'ada', groups: ['ops', 'staff'] },
      { digest: digestOf('third'), name: 'bob', groups: [] },
    ]);
  });

  it('with more on a line is refused without telling it', async () => {
    const file = join(directory, 'callers');
    await writeFile(file, 'hidden ada ops more\n');
    await expect(openCallerFile(file)).rejects.toThrow(/line 1(?!.*hidden)/);
  });

  it('knows nobody once it is emptied', async () => {
    const file = join(directory, 'callers');
    await writeFile(file, 'one ada\n');
    const authenticate = createTokenAuthenticator(await openCallerFile(file));
    expect(await authenticate({ bearer: 'one', certificate: undefined })).toEqual({
      name: 'ada',
      groups: [],
      by: 'token',
    });
    await writeFile(file, '\n');
    expect(await authenticate({ bearer: 'one', certificate: undefined })).toBeUndefined();
  });
});

describe('a client certificate', () => {
  async function status(port: number, files: CertificateFiles | undefined, ca: string): Promise<number> {
    const own = files === undefined ? {} : { cert: await readFile(files.certFile), key: await readFile(files.keyFile) };
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: await readFile(ca), ...own });
    socket.on('error', () => undefined);
    socket.end('GET /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'close');
    return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
  }

  it('names its caller where it is accepted; none, or one of another authority, counts for nothing', async () => {
    const authority = await createAuthority(directory);
    const other = await createAuthority(directory, 'other');
    const server = await authority.issue('server');
    const callers: (Caller | undefined)[] = [];
    const ping = (options?: CallOptions) => {
      callers.push(options?.caller);
      return Promise.resolve({});
    };
    const app = buildPluginApp(createMemoryPlugin({ ping }), {
      logger: silentLogger,
      authenticators: [authenticateCertificate],
    });
    const tls = { ...server, caFile: authority.caFile, clientCertificates: 'accepted' } as const;
    const listener = stack.use(await serve(app, { address: 'https://127.0.0.1:0', tls }));
    const port = Number(new URL(listener.address).port);
    expect(await status(port, undefined, authority.caFile)).toBe(401);
    expect(await status(port, await other.issue('system:node:vk-1'), authority.caFile)).toBe(401);
    expect(await status(port, await authority.issue('system:node:vk-1'), authority.caFile)).toBe(200);
    expect(callers).toEqual([{ name: 'system:node:vk-1', groups: [], by: 'certificate' }]);
  });

  it('that is only accepted is no credential by itself: an open address is refused', async () => {
    const authority = await createAuthority(directory);
    const tls = {
      ...(await authority.issue('server')),
      caFile: authority.caFile,
      clientCertificates: 'accepted',
    } as const;
    const app = buildPluginApp(createMemoryPlugin(), { logger: silentLogger });
    await expect(serve(app, { address: 'https://0.0.0.0:0', tls })).rejects.toMatchObject({ code: 'ILK_FORBIDDEN' });
  });
});
