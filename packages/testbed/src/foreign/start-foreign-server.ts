import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a foreign server answers. */
export interface ForeignAnswer {
  /** Default: 200. */
  readonly status?: number;
  readonly body: string | Uint8Array;
}

/** An HTTP server that stands for a component in another language, with all requests that it got. */
export interface ForeignServer extends AsyncDisposable {
  readonly port: number;
  readonly seen: readonly SeenRequest[];
}

/**
 * Starts a server on a free port of 127.0.0.1 that answers as the Go components do: chunked, without a content type. `undefined` is Go's answer
 * for an unknown path.
 */
export async function startForeignServer(
  answer: (request: SeenRequest) => ForeignAnswer | undefined,
): Promise<ForeignServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body };
      seen.push(one);
      const { status = 200, body: text } = answer(one) ?? { status: 404, body: '404 page not found\n' };
      response.writeHead(status);
      // Sent before the body, so that its length is not known: chunked.
      response.flushHeaders();
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
