import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

async function listen(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/**
 * Ports on 127.0.0.1 on which nobody listens. They are free when this returns; another process can still take one before its
 * user does.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
