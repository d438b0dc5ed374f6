import { request, type IncomingHttpHeaders } from 'node:http';

/** What a Go client sends. */
export interface GoRequest {
  readonly method: string;
  /** `http://127.0.0.1:3000/status`. */
  readonly url: string;
  /** JSON or anything else; without one there is no content type either. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface GoAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends one request with the headers of Go's `net/http`, a body with GET included. */
export function sendAsGo({ method, url, body, headers }: GoRequest): Promise<GoAnswer> {
  const ofBody =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  const all = { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip', ...ofBody, ...headers };
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers: all, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}
