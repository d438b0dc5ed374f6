import { createHash } from 'node:crypto';
import type { ResolvedContainer } from '@interlink/plugin-sdk';
import type { Host, TreeEntry } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import { seesPaths } from '../pod/host-mounts.ts';
import { buildPullTree } from './build-pull-tree.ts';
import type { ImageResolver, ResolvedImage } from './image-resolver.ts';
import { allowLocalImage } from './local-image.ts';
import { formatRegistryImage, parseImageReference, type RegistryImage } from './parse-image-reference.ts';
import { pullPolicyOf, type PullPolicy } from './pull-policy.ts';
import { matchCredentials, type CredentialEntry } from './registry-credentials.ts';
import type { RuntimeImages } from './runtime-images.ts';

/** What the image of a container is planned with. */
export interface ImageContext {
  /** Of the container runtime. */
  readonly images: RuntimeImages;
  /** Work directory of the plugin. */
  readonly root: string;
  readonly host: Host;
  readonly policy: BatchPolicy;
  /** Absent: jobs find out for themselves which image a name means. */
  readonly resolver?: ImageResolver | undefined;
  /** From the pod's image pull secrets. */
  readonly credentials: readonly CredentialEntry[];
  /** In place of the runtime's own prefix. */
  readonly prefix?: string | undefined;
  /** The container's part of the job directory. */
  readonly directory: string;
}

/** The image of one container. */
export interface PlannedImage {
  /** What is pulled, for people: a name with its registry, a URI, or the path of an image that is used as it is. */
  readonly source: string;
  /** Path at which it is once it was pulled, for the start's arguments. */
  readonly path: string;
  /** The image's own working directory, where it has one and it could be read. */
  readonly workingDirectory?: string;
  /** `registry/repository@sha256:…`, as a kubelet has it in `imageID`. */
  readonly id?: string;
  /** What the pull needs, relative to the directory of the container. */
  readonly files: readonly TreeEntry[];
}

/** Cache of a work directory whose plugin names no other. */
export const imageDirectory = '.images';

const hashLength = 32;

/**
 * Finds out which image a container means, and plans its pull. Asks the registry, and reads the cache, at most.
 *
 * @throws InvalidInputError, UnsupportedError naming the field at fault: no image reference, one that the registry does not have, or a path
 * of the machine that the site does not allow.
 */
export async function planImage(container: ResolvedContainer, context: ImageContext): Promise<PlannedImage> {
  const { images, root, policy: site, directory } = context;
  const { field } = container;
  const image = parseImageReference(container.image, { field, prefix: context.prefix ?? images.prefix });
  const policy = pullPolicyOf(container, image);
  const host = seesPaths(site) ? context.host : undefined;
  const local = await allowLocalImage(image, { field, paths: site.images?.paths, prefix: images.prefix, host });
  const common = { images, directory, name: container.image, field, policy, limits: site.images ?? {}, local };
  const path = `${directory}/image`;
  if (image.kind === 'path')
    return { path, source: image.path, files: buildPullTree({ ...common, image, place: image.path }) };
  const place = site.images?.cacheDirectory ?? `${root}/${imageDirectory}`;
  if (image.kind === 'uri') {
    const files = buildPullTree({ ...common, image, place, key: nameKey(image.uri) });
    return { path, source: image.uri, files };
  }
  const credentials = matchCredentials(context.credentials, image);
  const reference = hashOf(formatRegistryImage(image));
  const resolved = await resolve(image, {
    context,
    policy,
    field,
    credentials,
    known: `${place}/reference-${reference}.json`,
  });
  const pinned: RegistryImage = resolved ? withDigest(image, resolved.digest) : image;
  const files = buildPullTree({
    ...common,
    image: pinned,
    place,
    key: resolved ? resolved.digest.replace(':', '-') : nameKey(formatRegistryImage(image)),
    ...(resolved && image.digest === undefined ? { reference, facts: resolved } : {}),
    credentials,
  });
  return {
    path,
    source: formatRegistryImage(pinned),
    files,
    ...(resolved ? { id: formatRegistryImage(pinned) } : {}),
    ...(resolved?.workingDirectory === undefined ? {} : { workingDirectory: resolved.workingDirectory }),
  };
}

interface Resolution {
  readonly context: ImageContext;
  readonly policy: PullPolicy;
  readonly field: string;
  readonly credentials: ReturnType<typeof matchCredentials>;
  /** Where the cache says what the name meant the last time. */
  readonly known: string;
}

async function resolve(image: RegistryImage, resolution: Resolution): Promise<ResolvedImage | undefined> {
  const { context, policy, field, credentials } = resolution;
  const cached = policy === 'Always' ? undefined : await readKnown(context.host, resolution.known);
  if (cached) return cached;
  const asked = policy === 'Never' ? undefined : await context.resolver?.resolve(image, { credentials, field });
  return asked ?? (image.digest === undefined ? undefined : { digest: image.digest });
}

async function readKnown(host: Host, path: string): Promise<ResolvedImage | undefined> {
  const text = (await host.readMany([path])).get(path);
  if (text === undefined) return undefined;
  try {
    const { digest, workingDirectory } = JSON.parse(text) as Partial<ResolvedImage>;
    if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
    return { digest, ...(typeof workingDirectory === 'string' ? { workingDirectory } : {}) };
  } catch {
    return undefined;
  }
}

function withDigest({ kind, registry, repository }: RegistryImage, digest: string): RegistryImage {
  return { kind, registry, repository, digest };
}

function nameKey(name: string): string {
  return `name-${hashOf(name)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hashLength);
}
