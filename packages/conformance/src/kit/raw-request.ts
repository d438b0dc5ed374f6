import { readFile } from 'node:fs/promises';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A request that need not make sense. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends one request over a connection of its own. */
export type SendRaw = (request: RawRequest) => Promise<RawAnswer>;

/** Where raw requests are sent to. */
export interface RawTarget {
  /** `http://`, `https://` or `unix:///path`. */
  readonly url: string;
  readonly caFile?: string;
  /** Bearer token, asked for each request; undefined sends none. */
  readonly token?: () => Promise<string | undefined>;
}

/** Longer than any plugin may need to refuse a body. */
const timeoutMilliseconds = 30_000;

/** Makes a {@link SendRaw} of Node's own HTTP client, which checks no body and can send one with GET. */
export function createSendRaw(target: RawTarget): SendRaw {
  const isSocket = target.url.startsWith('unix://');
  const base = isSocket ? 'http://localhost' : target.url.replace(/\/+$/, '');
  const send = base.startsWith('https:') ? httpsRequest : httpRequest;
  return async ({ method, path, body }) => {
    const token = await target.token?.();
    const options: RequestOptions & { ca?: Buffer } = {
      method,
      agent: false,
      timeout: timeoutMilliseconds,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(isSocket ? { socketPath: target.url.slice('unix://'.length) } : {}),
      ...(target.caFile === undefined ? {} : { ca: await readFile(target.caFile) }),
    };
    return new Promise((resolve, reject) => {
      const call = send(`${base}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMilliseconds} ms`)));
      call.on('error', reject);
      call.end(body);
    });
  };
}
