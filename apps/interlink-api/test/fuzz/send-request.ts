import { connect } from 'node:net';
import type { FuzzedRequest } from './generate-request.ts';

/** What came of a request. */
export interface FuzzedAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  /** As far as it had come. */
  readonly text: string;
  /** True: nothing came within the time, and the server kept the connection. */
  readonly silent: boolean;
}

/** A 100 before the answer is none. */
const statusLine = /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (\d{3}) /;
const leavesAfterMilliseconds = 5;

/**
 * Sends a request over a connection of its own and gives what comes back: all of an answer that ends, the head of one that does not.
 */
export function sendRequest(port: number, request: FuzzedRequest, longestMilliseconds: number): Promise<FuzzedAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const answer = (silent: boolean): void => {
      clearTimeout(longest);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(statusLine.exec(text)?.[1] ?? 0), text, silent });
    };
    const longest = setTimeout(() => answer(true), longestMilliseconds);
    socket.on('error', () => undefined);
    socket.on('close', () => answer(false));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('latin1');
      // A session and an event stream have no end to wait for.
      if (text.startsWith('HTTP/1.1 101 ') || text.includes('x-ndjson') || isWhole(text, request)) answer(false);
    });
    for (const piece of request.pieces) socket.write(piece);
    if (request.leaves) setTimeout(() => answer(false), leavesAfterMilliseconds);
  });
}

/** An answer with a length that is all there; its connection may be kept. */
function isWhole(text: string, { title }: FuzzedRequest): boolean {
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1];
  const body = text.indexOf('\r\n\r\n', text.startsWith('HTTP/1.1 100') ? 5 : 0);
  const isHead = title.startsWith('HEAD ') && body >= 0;
  return isHead || (length !== undefined && body >= 0 && text.length - body - 4 >= Number(length));
}
