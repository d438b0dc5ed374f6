import { InvalidInputError, type Container } from '@interlink/spec';

const hostPattern = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})$|^[0-9A-Fa-f:.]{2,45}$/;
const largestPort = 65_535;

/** A host name or address. */
export function checkedHost(host: string, field: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (hostPattern.test(bare)) return bare;
  throw new InvalidInputError(`${field} must be a host name or an IP address`, { field });
}

/** The number of a port that is given by its number, or by its name among the container's ports. */
export function resolvePort(port: number | string, ports: NonNullable<Container['ports']>, field: string): number {
  const named = typeof port === 'string' ? ports.find(({ name }) => name === port)?.containerPort : undefined;
  if (typeof port === 'string' && named === undefined && !/^\d+$/.test(port)) {
    throw new InvalidInputError(`${field}: the container has no port named ${port}`, { field });
  }
  const number = named ?? Number(port);
  if (Number.isInteger(number) && number >= 1 && number <= largestPort) return number;
  throw new InvalidInputError(`${field} must be a port from 1 to ${largestPort}`, { field });
}
