import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { createHealth } from './health.ts';
import { startOperationsServer, type OperationsServer } from './start-operations-server.ts';

let server: OperationsServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

const health = createHealth();
const start = async (address: string, insecure = false): Promise<string> => {
  const routes = {
    '/readyz': () => {
      const { ok, text } = health.ready();
      return { status: ok ? 200 : 503, body: text };
    },
  };
  server = await startOperationsServer({ address, key: 'Operations.Address', insecure, routes, logger: silentLogger });
  return server.url;
};

describe('operations server', () => {
  it('says which part is not ready, and why', async () => {
    const url = await start('127.0.0.1:0');
    health.set('node a', { isReady: true, reason: 'started' });
    health.set('node b', { isReady: false, reason: 'starting' });
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, '[+] node a: started\n[-] node b: starting\nnot ok\n']);
    health.remove('node b');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('answers what it does not know with 404, and what is no GET with 405', async () => {
    const url = await start('127.0.0.1:0');
    const statuses = [fetch(`${url}/`), fetch(`${url}/constructor`), fetch(`${url}/readyz`, { method: 'POST' })];
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([404, 404, 405]);
  });

  it('takes an address that others reach only when told so', async () => {
    await expect(start('0.0.0.0:0')).rejects.toThrow(/Operations.Address: .*Insecure: true/);
    await expect(start('0.0.0.0:0', true)).resolves.toContain('http://');
  });

  it.each(['8080', 'a:b', '1.2.3.4:70000', '::1:80'])('refuses the address %s', async (address) => {
    await expect(start(address)).rejects.toThrow('must be host:port');
  });
});
