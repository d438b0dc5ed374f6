import { BackendError } from '@interlink/spec';
import type { RegistryImage } from './parse-image-reference.ts';
import { digestOf, headerOf, parseJsonObject, refusalOf, type RegistryAnswer } from './registry-answer.ts';
import type { RegistryCredential } from './registry-credentials.ts';
import { createRegistryTokens } from './registry-tokens.ts';
import { createRegistryTransport, type RegistryTransportOptions } from './registry-transport.ts';

/** How a {@link RegistryClient} connects. */
export interface RegistryClientOptions extends RegistryTransportOptions {
  /** Registries, with their ports, that are spoken to in plain HTTP. */
  readonly insecureRegistries?: readonly string[];
}

/** What one question to a registry needs. */
export interface RegistryCall {
  readonly credential?: RegistryCredential | undefined;
  readonly signal: AbortSignal;
}

/** A manifest as the registry has it. */
export interface Manifest {
  readonly digest: string;
  readonly content: unknown;
}

/**
 * Asks registries by their HTTP API, version 2. Failures: `NotFoundError` and `ForbiddenError` when the registry said so, in its own
 * words; `UnavailableError` when it could not be asked; `BackendError` for an answer that makes no sense.
 */
export interface RegistryClient extends AsyncDisposable {
  /** The digest that a name stands for now. */
  digest(image: RegistryImage, call: RegistryCall): Promise<string>;
  /** The manifest or index with a digest. */
  manifest(image: RegistryImage, digest: string, call: RegistryCall): Promise<Manifest>;
  /** A small JSON blob, e.g. an image's configuration. */
  blob(image: RegistryImage, digest: string, call: RegistryCall): Promise<unknown>;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const dockerHub = 'registry-1.docker.io';

/** A {@link RegistryClient} that keeps its connections and tokens; dispose it to close them. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const transport = createRegistryTransport(options);
  const tokens = createRegistryTokens(transport);

  async function ask(
    { registry, repository }: RegistryImage,
    path: string,
    { credential, signal, method }: RegistryCall & { readonly method: 'GET' | 'HEAD' },
  ): Promise<RegistryAnswer> {
    const scheme = options.insecureRegistries?.includes(registry) === true ? 'http' : 'https';
    const base = `${scheme}://${registry === 'docker.io' ? dockerHub : registry}`;
    const url = `${base}/v2/${repository}/${path}`;
    const admission = { base, repository, credential, signal };
    const send = (authorization: string | undefined): Promise<RegistryAnswer> => {
      const headers = { accept: manifestTypes, ...(authorization === undefined ? {} : { authorization }) };
      return transport.send(url, { method, headers, signal });
    };
    const first = await send(tokens.known(admission));
    const fresh = first.status === 401 ? await tokens.obtain(first, admission) : undefined;
    return fresh === undefined ? first : await send(fresh);
  }

  async function get(image: RegistryImage, path: string, call: RegistryCall): Promise<Buffer> {
    const answer = await ask(image, path, { ...call, method: 'GET' });
    if (answer.status !== 200) throw refusalOf(answer, image.registry);
    return answer.body;
  }

  return {
    async digest(image, call) {
      const path = `manifests/${image.digest ?? image.tag ?? 'latest'}`;
      const answer = await ask(image, path, { ...call, method: 'HEAD' });
      const digest = headerOf(answer, 'docker-content-digest');
      // A HEAD has no words, and some registries answer it with less than a GET.
      if (answer.status !== 200 || digest === undefined) return digestOf(await get(image, path, call));
      if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
      throw new BackendError(`${image.registry} sent a digest that is none`);
    },
    async manifest(image, digest, call) {
      return { digest, content: checked(await get(image, `manifests/${digest}`, call), digest, image) };
    },
    async blob(image, digest, call) {
      return checked(await get(image, `blobs/${digest}`, call), digest, image);
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function checked(body: Buffer, digest: string, { registry }: RegistryImage): unknown {
  if (digestOf(body) === digest) return parseJsonObject(body);
  throw new BackendError(`${registry} sent something else than ${digest}`);
}
