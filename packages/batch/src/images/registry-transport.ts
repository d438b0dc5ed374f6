import { UnavailableError } from '@interlink/spec';
import { Agent, EnvHttpProxyAgent, interceptors, request, type Dispatcher } from 'undici';
import type { RegistryAnswer } from './registry-answer.ts';

/** How registries are reached. */
export interface RegistryTransportOptions {
  /** The variables `http_proxy`, `https_proxy` and `no_proxy` are obeyed. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** One request to a registry or its token server. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Sends requests; what cannot be sent rejects with `UnavailableError`, an aborted signal with its reason. */
export interface RegistryTransport extends AsyncDisposable {
  send(url: string, options: RegistryRequest): Promise<RegistryAnswer>;
}

/** Registries limit manifests to this size. */
const bodyLimitBytes = 4 * 1024 * 1024;
const connectTimeoutMilliseconds = 3000;
const mostRedirects = 3;

/** A {@link RegistryTransport} that keeps its connections and follows redirects, to other hosts without credentials. */
export function createRegistryTransport(options: RegistryTransportOptions = {}): RegistryTransport {
  const dispatcher = createDispatcher(options.environment ?? {});
  const followed = dispatcher.compose(interceptors.redirect({ maxRedirections: mostRedirects }));
  return {
    async send(url, { method, headers, signal }) {
      try {
        const answer = await request(url, { dispatcher: followed, method, headers, signal });
        return { status: answer.statusCode, headers: answer.headers, body: await readBody(answer.body) };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw new UnavailableError(`${new URL(url).host} cannot be reached: ${causeOf(error)}`, { cause: error });
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.close(),
  };
}

function createDispatcher(environment: Readonly<Record<string, string | undefined>>): Dispatcher {
  const read = (name: string): string => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const [httpProxy, httpsProxy, noProxy] = [read('http_proxy'), read('https_proxy'), read('no_proxy')];
  const connect = { timeout: connectTimeoutMilliseconds };
  // Without a proxy of its own, undici would look into this process's environment.
  if (httpProxy === '' && httpsProxy === '') return new Agent({ connect });
  return new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy, connect });
}

async function readBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > bodyLimitBytes) throw new Error(`the answer has more than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function causeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'unknown error';
}
