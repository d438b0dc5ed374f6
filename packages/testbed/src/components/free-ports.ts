import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/**
 * Where systems take no port by themselves: Linux gives connections, and listeners on port 0, those from 32768 on. A port from
 * there could be taken by any connection while its user has not begun to listen, or is stopped for a while.
 */
const firstPort = 15_000;
const portAfterLast = 30_000;

async function tryListen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

async function listen(): Promise<Server> {
  for (;;) {
    const server = await tryListen(randomInt(firstPort, portAfterLast));
    if (server !== undefined) return server;
  }
}

/**
 * Ports on 127.0.0.1 on which nobody listens, and which only one who asks for them by number can take: they are free when this
 * returns, and hardly anybody takes one before its user does.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
