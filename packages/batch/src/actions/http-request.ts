import { InvalidInputError, type Container, type Probe } from '@interlink/spec';
import { checkedHost, resolvePort } from './network-address.ts';

/** Where a request stands in the pod. */
export interface HttpContext {
  readonly field: string;
  readonly ports: NonNullable<Container['ports']>;
}

type HTTPGetAction = NonNullable<Probe['httpGet']>;
type Header = readonly [name: string, value: string];

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * The words of an HTTP probe or hook: host, port, the request in plain HTTP/1.1, and the same as options of curl in the format of its
 * configuration file. Pure.
 */
export function httpRequest(action: HTTPGetAction, { field, ports }: HttpContext): string[] {
  const host = checkedHost(action.host || 'localhost', `${field}.host`);
  const port = resolvePort(action.port, ports, `${field}.port`);
  const scheme = (action.scheme || 'HTTP').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') {
    throw new InvalidInputError(`${field}.scheme must be HTTP or HTTPS`, { field: `${field}.scheme` });
  }
  const path = escapePath(action.path ?? '/');
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const headers = withDefaults(readHeaders(action, field), authority);
  const request = [`GET ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
  const options = [
    `url = ${quote(`${scheme}://${authority}${path}`)}`,
    // What curl sends by itself is replaced; a header without a value is written with a semicolon.
    ...headers.map(([name, value]) => `header = ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`),
    '',
  ].join('\n');
  return [scheme, host, String(port), request, options];
}

function readHeaders({ httpHeaders = [] }: HTTPGetAction, field: string): Header[] {
  return httpHeaders.map(({ name, ...header }, index) => {
    // The wire may leave it out.
    const value = (header.value as string | undefined) ?? '';
    const at = `${field}.httpHeaders[${index}]`;
    if (!token.test(name)) throw new InvalidInputError(`${at}.name is no name of a header`, { field: `${at}.name` });
    // eslint-disable-next-line no-control-regex -- these are what is refused
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      throw new InvalidInputError(`${at}.value must not contain control characters`, { field: `${at}.value` });
    }
    return [name, value];
  });
}

/** What a kubelet sends where the probe does not say otherwise. */
function withDefaults(headers: readonly Header[], authority: string): Header[] {
  const own = new Set(headers.map(([name]) => name.toLowerCase()));
  const defaults: Header[] = [
    ['Host', authority],
    ['User-Agent', 'kube-probe/interlink'],
    ['Accept', '*/*'],
    ['Connection', 'close'],
  ];
  return [...defaults.filter(([name]) => !own.has(name.toLowerCase())), ...headers];
}

/** A path that is one word of a request line. */
function escapePath(path: string): string {
  const absolute = path.startsWith('/') ? path : `/${path}`;
  return absolute.replace(/[^\u0021-\u007e]+|#/g, percentEncode);
}

function percentEncode(text: string): string {
  return [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** As curl's configuration file quotes; its one-letter escapes are all there are. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\t', '\\t')}"`;
}
