import { networkInterfaces } from 'node:os';
import { isIP } from 'node:net';

const everyAddress: readonly string[] = ['0.0.0.0', '::', ''];

/** The address to announce when `POD_IP` is not set: the one that is listened on, else the first of this machine that others may reach. */
export function findInternalIp(host: string): string {
  if (isIP(host) !== 0 && !everyAddress.includes(host)) return host;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  return outer?.address ?? '127.0.0.1';
}
