import { writeFile } from 'node:fs/promises';
import { createLogger, silentLogger } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { buildPluginApp } from '../server/build-plugin-app.ts';
import { createAuthority } from '../testing/certificates.ts';
import { createMemoryPlugin } from '../testing/memory-plugin.ts';
import { serve, temporaryDirectory } from '../testing/serve.ts';
import { createRemotePlugin } from './create-remote-plugin.ts';
import { createConnector } from './connector.ts';

describe('TLS files of a client', () => {
  it('that are broken when they change leave the old ones in use, with one error in the log', async () => {
    await using directory = await temporaryDirectory();
    const authority = await createAuthority(directory.path);
    const tls = { ...(await authority.issue('server')), caFile: authority.caFile };
    await using listener = await serve(buildPluginApp(createMemoryPlugin(), { logger: silentLogger }), {
      address: 'https://127.0.0.1:0',
      tls,
    });
    const lines: string[] = [];
    const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
    const own = { ...(await authority.issue('client')), caFile: authority.caFile };
    const { port } = new URL(listener.address);
    const url = { origin: listener.address, prefix: '', text: listener.address };
    const connect = createConnector(url, own, logger);
    const open = (): Promise<string | undefined> =>
      new Promise((resolve) => {
        const to = { hostname: '127.0.0.1', host: '127.0.0.1', protocol: 'https:', port };
        connect(to, (error, socket) => {
          socket?.destroy();
          resolve(error?.message);
        });
      });
    expect(await open()).toBeUndefined();
    await writeFile(own.certFile, 'half a certificate');
    expect([await open(), await open()]).toEqual([undefined, undefined]);
    expect(lines.filter((line) => line.includes('the old ones stay in use'))).toHaveLength(1);
    await authority.issue('client');
    await using remote = createRemotePlugin({ url: listener.address, logger, tls: own });
    expect(await remote.ping()).toMatchObject({ status: 'ok' });
    expect(await open()).toBeUndefined();
  });
});
