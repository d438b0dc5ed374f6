import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { ConflictError, UnavailableError } from '@interlink/spec';

/** A TCP address. */
export interface TcpAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/**
 * Lets a server listen; gives the port that was taken.
 *
 * @param what the server in words, or the setting that names the address, for errors
 * @throws ConflictError when another process has the address, UnavailableError for anything else.
 */
export async function listenOn(server: Server, { host, port }: TcpAddress, what: string): Promise<number> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const words = `${what} cannot listen on ${host}:${port}`;
    if (code === 'EADDRINUSE') throw new ConflictError(`${words}: another process does`, { cause: error });
    throw new UnavailableError(`${words} (${code})`, { cause: error });
  }
}
