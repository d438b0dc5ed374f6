import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends bytes as they are over a fresh connection and gives all that comes back until the other side closes. */
export async function sendRaw(url: string, pieces: string | readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(socket, 'close');
  for (const piece of typeof pieces === 'string' ? [pieces] : pieces) socket.write(piece);
  socket.on('end', () => socket.end());
  await ended;
  return Buffer.concat(chunks).toString('latin1');
}

/** A request in HTTP/1.1 that asks for the connection to be closed. */
export function rawRequest(line: string, headers: readonly string[] = [], body = ''): string {
  return `${[`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`;
}

/** Status, header lines and body of an answer with a length, not chunked. */
export function parseRaw(answer: string): { status: number; headers: string; body: string } {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    headers: head.toLowerCase(),
    body: rest.join('\r\n\r\n'),
  };
}
