import { readFile } from 'node:fs/promises';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateFiles } from '../certificates/control-plane-certificates.ts';

/** What befalls a request on its way; it reaches the server only where that is said. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  /** The server answers, and half of it arrives before the connection breaks. */
  | { readonly kind: 'half' }
  /** The server answers, and the connection breaks before anything arrives. */
  | { readonly kind: 'lost-answer' }
  /** The server answers after a while. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The connection breaks before the server hears of it. */
  | { readonly kind: 'refused' };

/** What is known of a request when its fault is chosen. */
export interface PassingRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** An HTTP proxy that a test can make fail. */
export interface FaultyProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Chooses the fault of each request; undefined: none. */
  fault: (request: PassingRequest) => Fault | undefined;
  /** Faults so far. */
  readonly faults: number;
  /** Breaks every open connection, as a network does. */
  cut(): void;
  /** Stops passing on what the server sends over connections that are open now, without closing them; new ones work. */
  freeze(): void;
}

/** Where a faulty proxy leads. */
export interface FaultyProxyOptions {
  readonly target: string;
  /** For https: whom the server shall see, whatever the caller shows. */
  readonly client?: CertificateFiles;
  readonly authorityFile?: string;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const send = await createSender(options);
  const open = new Set<{ readonly answer: IncomingMessage; readonly response: ServerResponse }>();
  let faults = 0;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = proxy.fault({ method: request.method ?? '', path: request.url ?? '' });
    if (fault !== undefined) faults += 1;
    if (fault?.kind === 'refused') return void response.destroy();
    if (fault?.kind === 'answer') {
      request.resume();
      response.writeHead(fault.status, fault.headers ?? {});
      return void response.end(fault.body);
    }
    const answer = await send(request);
    const entry = { answer, response };
    open.add(entry);
    response.on('close', () => {
      open.delete(entry);
      answer.destroy();
    });
    await hand(answer, response, fault);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => undefined,
    get faults() {
      return faults;
    },
    cut: () => server.closeAllConnections(),
    freeze() {
      for (const { answer, response } of open) answer.unpipe(response).resume();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function hand(answer: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  answer.on('error', () => response.destroy());
  if (fault?.kind === 'lost-answer') return void response.destroy();
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (fault?.kind !== 'half') return void answer.pipe(response);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

type Send = (request: IncomingMessage) => Promise<IncomingMessage>;

async function createSender({ target, client, authorityFile }: FaultyProxyOptions): Promise<Send> {
  const tls = client && {
    cert: await readFile(client.certificateFile),
    key: await readFile(client.privateKeyFile),
    ...(authorityFile === undefined ? {} : { ca: await readFile(authorityFile) }),
  };
  return async (request) => {
    const { method, url = '', headers } = request;
    const address = new URL(url, target);
    const upstream = address.protocol === 'https:' ? requestHttps : requestHttp;
    return await new Promise((resolve, reject) => {
      const sent = upstream(address, { method, headers: { ...headers, host: address.host }, ...tls });
      sent.on('response', resolve);
      sent.on('error', reject);
      request.on('error', reject);
      request.pipe(sent);
    });
  };
}
