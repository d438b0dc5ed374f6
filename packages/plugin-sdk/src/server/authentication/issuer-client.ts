import { readFile } from 'node:fs/promises';
import { Agent, fetch as undiciFetch } from 'undici';
import { UnavailableError } from '@interlink/spec';
import type { OidcIssuer } from './oidc-settings.ts';

/** What is asked of an issuer. */
export interface IssuerClient extends AsyncDisposable {
  /** Address of the issuer's keys, from its discovery document. */
  keysUrl(): Promise<URL>;
  /** `fetch` with the issuer's certificate authorities. Follows no redirect. */
  fetch(url: string, options: { readonly signal: AbortSignal; readonly headers?: Headers }): Promise<Response>;
}

const discoveryPath = '/.well-known/openid-configuration';
const timeoutMilliseconds = 5000;
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Keys that come over a connection that anybody can change prove nothing. */
export function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}

/** An {@link IssuerClient}. The certificate authorities are read with the first request. */
export function createIssuerClient({ issuer, caFile }: Pick<OidcIssuer, 'issuer' | 'caFile'>): IssuerClient {
  let agent: Promise<Agent> | undefined;

  async function connect(): Promise<Agent> {
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile) };
    return new Agent({ connect: { ...ca, minVersion: 'TLSv1.2' } });
  }

  async function fetch(url: string, options: { signal: AbortSignal; headers?: Headers }): Promise<Response> {
    agent ??= connect();
    const dispatcher = await agent.catch((error: unknown) => {
      agent = undefined;
      throw error;
    });
    const headers = Object.fromEntries(options.headers ?? []);
    const response = await undiciFetch(url, { dispatcher, headers, redirect: 'manual', signal: options.signal });
    // One of the platform's own, as the library that reads it expects.
    return new Response(response.status === 200 ? await response.text() : undefined, { status: response.status });
  }

  async function keysUrl(): Promise<URL> {
    const url = `${issuer.replace(/\/+$/, '')}${discoveryPath}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMilliseconds) });
    if (response.status !== 200) throw new UnavailableError(`the issuer ${issuer} answered ${response.status}`);
    return readKeysUrl(await response.json(), issuer);
  }

  const dispose = async (): Promise<void> => {
    await agent?.then(
      (open) => open.destroy(),
      () => undefined,
    );
  };
  return { keysUrl, fetch, [Symbol.asyncDispose]: dispose };
}

function readKeysUrl(document: unknown, issuer: string): URL {
  const { issuer: named, jwks_uri: keys } = (document ?? {}) as Readonly<Record<string, unknown>>;
  if (named !== issuer) throw new UnavailableError(`the discovery document of ${issuer} is that of another issuer`);
  if (typeof keys !== 'string' || !URL.canParse(keys) || !isTrustworthy(new URL(keys))) {
    throw new UnavailableError(`the discovery document of ${issuer} names no keys at an https URL`);
  }
  return new URL(keys);
}
