import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { findFreePorts } from './free-ports.ts';

it('finds ports that can be listened on, none twice', async () => {
  const ports = await findFreePorts(20);
  expect(new Set(ports).size).toBe(20);
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect((server.address() as AddressInfo).port).toBe(port);
    await once(server.close(), 'close');
  }
});

it('takes none of those that systems give to connections by themselves', async () => {
  const lowestGiven = 32_768;
  for (const port of await findFreePorts(20)) expect(port).toBeLessThan(lowestGiven);
});
