import {
  InvalidInputError,
  parseWire,
  type AttachRequest,
  type ExecRequest,
  type PortForwardRequest,
  type WireBodies,
} from '@interlink/spec';

/** The requests of streaming sessions. */
export type StreamRequestName = 'ExecRequest' | 'AttachRequest' | 'PortForwardRequest';

type StreamRequest = ExecRequest | AttachRequest | PortForwardRequest;

/** A request as a query: `command` once for each word, flags only when they are set. */
export function buildStreamQuery(request: StreamRequest, wishes: { readonly stdin: boolean }): string {
  const { namespace, podUid, podName } = request;
  const query = new URLSearchParams({ namespace, podUid, podName });
  if ('port' in request) query.set('port', String(request.port));
  if ('containerName' in request) query.set('containerName', request.containerName);
  if ('command' in request) for (const word of request.command) query.append('command', word);
  if ('tty' in request && request.tty) query.set('tty', 'true');
  if (wishes.stdin && !('port' in request)) query.set('stdin', 'true');
  return query.toString();
}

/**
 * The request in a query.
 *
 * @throws InvalidInputError that names the parameter at fault.
 */
export function parseStreamQuery<Name extends StreamRequestName>(name: Name, query: string): WireBodies[Name] {
  const values = new URLSearchParams(query);
  const request: Record<string, unknown> = {};
  for (const key of new Set(values.keys())) request[key] = key === 'command' ? values.getAll(key) : only(values, key);
  for (const key of ['tty', 'stdin']) if (key in request) request[key] = parseFlag(key, request[key]);
  if ('port' in request) request['port'] = parsePort(request['port']);
  const parsed = parseWire(name, request);
  if ('command' in parsed && parsed.command[0] === '') {
    throw new InvalidInputError(`${name}: command[0] must name a program`, { field: 'command[0]' });
  }
  return parsed;
}

function only(values: URLSearchParams, key: string): string {
  const [value = '', ...others] = values.getAll(key);
  if (others.length > 0) throw new InvalidInputError(`the parameter ${key} is there twice`, { field: key });
  return value;
}

function parseFlag(key: string, value: unknown): boolean {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new InvalidInputError(`${key} must be true or false`, { field: key });
}

function parsePort(value: unknown): number {
  if (typeof value === 'string' && /^[0-9]{1,5}$/.test(value)) return Number(value);
  throw new InvalidInputError('port must be a number from 1 to 65535', { field: 'port' });
}
