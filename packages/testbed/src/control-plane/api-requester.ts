import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { UnavailableError } from '@interlink/spec';
import type { ControlPlaneCertificates } from '../certificates/control-plane-certificates.ts';

const requestTimeoutMilliseconds = 30_000;

/** An answer of a component. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** A call as the control plane's administrator. */
export interface ApiCall {
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** `https://127.0.0.1:port/path`. */
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Calls a component as the administrator; `UnavailableError` when there is no answer. */
export type ApiRequester = (call: ApiCall) => Promise<ApiAnswer>;

/**
 * A requester with the administrator's certificate. It is for the few calls of the testbed itself, which must not lean on the
 * client that its users test.
 */
export async function createApiRequester(certificates: ControlPlaneCertificates): Promise<ApiRequester> {
  const ca = await readFile(certificates.clusterAuthority.certificateFile, 'utf8');
  const cert = await readFile(certificates.admin.certificateFile, 'utf8');
  const key = await readFile(certificates.admin.privateKeyFile, 'utf8');
  return async ({ method = 'GET', url, body, signal }) => {
    const timeout = AbortSignal.timeout(requestTimeoutMilliseconds);
    const options: RequestOptions = {
      method,
      ca,
      cert,
      key,
      agent: false,
      headers: { 'content-type': 'application/json' },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    };
    const sent = request(url, options).end(body === undefined ? undefined : JSON.stringify(body));
    try {
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: await text(response) };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new UnavailableError(`no answer from ${url}`, { cause });
    }
  };
}
