import { breakText, breakValue } from './broken-json.ts';
import type { Random } from './random.ts';

/** A route of a server, with the bodies or queries that a real peer sends to it. */
export interface FuzzedRoute {
  readonly path: string;
  readonly bodies?: readonly unknown[];
  readonly queries?: readonly string[];
}

/** A request as bytes on a connection of its own. */
export interface FuzzedRequest {
  /** For the report. */
  readonly title: string;
  readonly pieces: readonly Buffer[];
  /** True: the client goes away after a moment; always where it does not send all that it announced. */
  readonly leaves: boolean;
}

const methods = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'TRACE',
  'M-SEARCH',
  'get',
  'NONE',
];
const types = [
  'application/json',
  'text/plain',
  '',
  ';;;',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
];
const strangeHeaders = [
  'Authorization: Bearer ',
  `Authorization: Bearer ${'x'.repeat(20_000)}`,
  'Authorization: Basic Og==',
  'InterLink-Http-Session: \u00e9\u00ff',
  `InterLink-Http-Session: ${'s'.repeat(5000)}`,
  'Expect: 100-continue',
  'Content-Encoding: gzip',
  'Upgrade: h2c',
  'Connection: upgrade',
  'Accept-Encoding: br;q=x',
  'traceparent: 00-zz-zz-00',
  'Range: bytes=5-1',
  'X-Forwarded-For: 127.0.0.1',
];
const strangePaths = [
  '/',
  '//',
  '/create/',
  '/../create',
  '/%',
  '/%00',
  '/create%2f',
  '/status?x=1',
  '/CREATE',
  `/${'p'.repeat(9000)}`,
  '*',
  'x',
];

function pathOf(route: FuzzedRoute, random: Random): string {
  if (random.oneIn(30)) return random.pick(strangePaths);
  const query = route.queries === undefined ? '' : `?${breakQuery(random.pick(route.queries), random)}`;
  return `${route.path}${random.oneIn(20) ? '/' : ''}${query}`;
}

function breakQuery(query: string, random: Random): string {
  const way = random.below(6);
  if (way === 0) return query.slice(0, random.below(query.length));
  if (way === 1) return `${query}&${query}`;
  if (way === 2) return query.replaceAll('=', random.pick(['=%', '=%zz', '==', '', '=%00', '=-1&x=']));
  return query;
}

function bodyOf({ bodies }: FuzzedRoute, random: Random): Buffer {
  if (bodies === undefined || random.oneIn(12)) return breakText(random.pick(['', '[]', 'null', '{}']), random);
  const valid = random.pick(bodies);
  if (random.oneIn(5)) return breakText(JSON.stringify(valid), random);
  if (random.oneIn(10)) return Buffer.from(JSON.stringify(valid));
  return Buffer.from(JSON.stringify(breakValue(valid, random)));
}

interface Framed {
  readonly headers: readonly string[];
  readonly pieces: readonly Buffer[];
  readonly isShort?: boolean;
}

function framed(body: Buffer, random: Random): Framed {
  const way = random.below(12);
  if (way === 0) {
    const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
    const end = random.pick(['0\r\n\r\n', '0\r\n', 'zz\r\n', '']);
    const pieces = [body.length === 0 ? Buffer.alloc(0) : chunk, Buffer.from(end)];
    return { headers: ['Transfer-Encoding: chunked'], pieces, isShort: end !== '0\r\n\r\n' };
  }
  if (way === 1) return { headers: [`Content-Length: ${body.length + 10}`], pieces: [body], isShort: true };
  if (way === 2)
    return {
      headers: [random.pick(['Content-Length: -1', 'Content-Length: x', 'Content-Length: 99999999999'])],
      pieces: [body],
    };
  if (way === 3) return { headers: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], pieces: [body] };
  const half = Math.floor(body.length / 2);
  return { headers: [`Content-Length: ${body.length}`], pieces: [body.subarray(0, half), body.subarray(half)] };
}

function upgradeHeaders(random: Random): readonly string[] {
  return [
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Version: ${random.pick(['13', '8', 'x'])}`,
    `Sec-WebSocket-Key: ${random.pick(['dGhlIHNhbXBsZSBub25jZQ==', 'short', ''])}`,
    `Sec-WebSocket-Protocol: ${random.pick(['v5.channel.k8s.io', 'v4.channel.k8s.io', '', ',,,'])}`,
  ];
}

/** The next request to one of the routes: mostly a real peer's with something broken. */
export function generateRequest(routes: readonly FuzzedRoute[], random: Random): FuzzedRequest {
  const route = random.pick(routes);
  const path = pathOf(route, random);
  const method = random.oneIn(6) ? random.pick(methods) : random.pick(['GET', 'POST', 'DELETE']);
  const isUpgrade = route.queries !== undefined && !random.oneIn(5);
  const { headers, pieces, isShort = false } = framed(isUpgrade ? Buffer.alloc(0) : bodyOf(route, random), random);
  const rubbish = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    ...(isUpgrade ? upgradeHeaders(random) : ['Connection: close', `Content-Type: ${random.pick(types)}`, ...headers]),
    ...(random.oneIn(5) ? [random.pick(strangeHeaders)] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return {
    title: `${method} ${path.slice(0, 100)}${isUpgrade ? ' upgrade' : ''}`,
    pieces: [head, ...(isUpgrade ? [rubbish] : pieces)],
    leaves: isShort || random.oneIn(15),
  };
}
