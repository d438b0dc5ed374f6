import { InvalidInputError, UnsupportedError } from '@interlink/spec';

/** An image at a registry, with the name written out as it is there. */
export interface RegistryImage {
  readonly kind: 'registry';
  /** Host, with a port where one was named; `docker.io` for a name without one. */
  readonly registry: string;
  readonly repository: string;
  /** Only without a digest; `latest` where the name has neither. */
  readonly tag?: string;
  /** `sha256:…`. */
  readonly digest?: string;
}

/** What a container's `image` means here. */
export type ImageReference =
  | RegistryImage
  /** A file or directory that is used as it is, where `allowLocalImage` lets it. */
  | { readonly kind: 'path'; readonly path: string }
  /** Something that only the container runtime knows how to get, e.g. `oras://…`. */
  | { readonly kind: 'uri'; readonly uri: string };

/** How {@link parseImageReference} reads a name. */
export interface ImageNaming {
  /** Path of the field in the pod, for errors. */
  readonly field: string;
  /** Put before names that are no path and have no scheme, e.g. `docker://registry.example/mirror/` or `/cvmfs/images/`. Default ''. */
  readonly prefix?: string | undefined;
}

const schemes = ['docker-daemon', 'docker-archive', 'oci', 'oci-archive', 'oras', 'library', 'shub', 'http', 'https'];
const defaultRegistry = 'docker.io';
const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const registryPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const uriPattern = /^[A-Za-z][\w.\-+]*:[\w.\-/:@+%~]+$/;

/**
 * Reads a container's `image`: a path is used as it is, a name as Kubernetes means it, another URI is left to the runtime.
 *
 * @throws InvalidInputError for what is no image reference, UnsupportedError for a scheme that no runtime knows.
 */
export function parseImageReference(image: string, { field, prefix = '' }: ImageNaming): ImageReference {
  const at = `${field}.image`;
  if (image === '') throw new InvalidInputError(`${at} is needed`, { field: at });
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (/[\u0000-\u0020\u007f]/.test(image)) {
    throw new InvalidInputError(`${at} must not contain spaces or control characters`, { field: at });
  }
  const name = image.startsWith('/') || schemeOf(image) !== undefined ? image : `${prefix}${image}`;
  if (name.startsWith('/')) return { kind: 'path', path: name };
  const scheme = schemeOf(name);
  if (scheme === undefined || scheme === 'docker') return parseName(name.replace(/^docker:\/\//, ''), image, at);
  if (!schemes.includes(scheme)) {
    const known = ['docker', ...schemes].join(', ');
    throw new UnsupportedError(`${at} has the scheme ${scheme}, which is none of ${known}`, { field: at });
  }
  if (!uriPattern.test(name)) throw notAReference(image, at);
  return { kind: 'uri', uri: name };
}

function schemeOf(name: string): string | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\//.exec(name) ?? /^(docker-archive|oci-archive|oci):/.exec(name);
  return match?.[1];
}

function parseName(name: string, image: string, field: string): RegistryImage {
  const [, path = '', tag, digest] = /^([^@]+?)(?::([^:/@]*))?(?:@(.*))?$/.exec(name) ?? [];
  const [first = '', ...rest] = path.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = isHost ? first : defaultRegistry;
  const named = isHost ? rest.join('/') : path;
  const repository = registry === defaultRegistry && !named.includes('/') ? `library/${named}` : named;
  const isGood =
    registryPattern.test(registry) &&
    repositoryPattern.test(repository) &&
    (tag === undefined || tagPattern.test(tag)) &&
    (digest === undefined || digestPattern.test(digest));
  if (!isGood) throw notAReference(image, field);
  const common = { kind: 'registry', registry, repository } as const;
  return digest === undefined ? { ...common, tag: tag ?? 'latest' } : { ...common, digest };
}

function notAReference(image: string, field: string): InvalidInputError {
  return new InvalidInputError(`${field} is no image reference: ${JSON.stringify(image)}`, { field });
}

/** `registry/repository:tag` or `registry/repository@digest`: of one image always the same text. */
export function formatRegistryImage({ registry, repository, tag, digest }: RegistryImage): string {
  return `${registry}/${repository}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;
}
