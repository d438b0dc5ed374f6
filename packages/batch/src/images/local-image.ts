import { posix } from 'node:path';
import { UnsupportedError } from '@interlink/spec';
import type { Host } from '../contract/host.ts';
import { isWithin, realPath } from '../host/real-path.ts';
import type { ImageReference } from './parse-image-reference.ts';

/** An image that is a path of the machine, and where it must be when all links are followed. */
export interface LocalImage {
  readonly path: string;
  /** Absolute directories, at least one. */
  readonly within: readonly string[];
}

/** What a site says about images that are paths of the machine. */
export interface LocalImageRules {
  /** Path of the container in the pod, for errors. */
  readonly field: string;
  /** Absolute directories that images may be in. Default none. */
  readonly paths?: readonly string[] | undefined;
  /** The site's own prefix of image names; a directory, ending in `/`, is allowed like {@link LocalImageRules.paths}. */
  readonly prefix?: string | undefined;
  /** Absent where this machine does not have the paths that jobs have; jobs look themselves in any case. */
  readonly host?: Pick<Host, 'resolvePath'> | undefined;
}

const localSchemes = /^(?:oci|oci-archive|docker-archive):/;

/**
 * The path of the machine that an image stands for; undefined for one that is got from elsewhere.
 *
 * @throws UnsupportedError for a path that the site does not allow. Else a pod could make any directory its root, past the rules of hostPath.
 */
export async function allowLocalImage(image: ImageReference, rules: LocalImageRules): Promise<LocalImage | undefined> {
  if (image.kind === 'registry') return undefined;
  const path = image.kind === 'path' ? image.path : pathOfUri(image.uri);
  if (path === undefined) return undefined;
  const within = allowedDirectories(rules);
  // In a URI an `@` may be part of the path, or choose one of several images.
  const isClear = isPlain(path) && (image.kind === 'path' || !image.uri.includes('@'));
  if (isClear && (await isInOne(path, within, rules.host))) return { path, within };
  const field = `${rules.field}.image`;
  const where = within.length === 0 ? 'the site allows none' : `only what is below ${within.join(', ')} may be used`;
  throw new UnsupportedError(`${field}: ${path} is a path of the machine; ${where} (images.paths)`, { field });
}

/** Without what comes after a second colon, which chooses one of several images; undefined for no path of the machine. */
function pathOfUri(uri: string): string | undefined {
  return localSchemes.test(uri) ? (uri.split(':')[1] ?? '') : undefined;
}

function allowedDirectories({ paths = [], prefix = '' }: LocalImageRules): string[] {
  const own = pathOfUri(prefix) ?? prefix;
  return [...paths, ...(own.startsWith('/') && own.endsWith('/') ? [own] : [])];
}

/** Whether there is one way to read it: absolute, no `..`, and not the `//` of a URI, which some versions take for part of the scheme. */
function isPlain(path: string): boolean {
  return /^\/(?!\/)/.test(path) && !path.split('/').includes('..');
}

async function isInOne(path: string, within: readonly string[], host: LocalImageRules['host']): Promise<boolean> {
  const real = async (name: string): Promise<string> =>
    host ? (await realPath(name, host)).path : posix.normalize(name);
  const [image, ...directories] = await Promise.all([path, ...within].map(real));
  return image !== undefined && directories.some((directory) => isWithin(image, directory));
}
