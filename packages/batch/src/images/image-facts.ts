import type { RegistryImage } from './parse-image-reference.ts';
import type { RegistryCall, RegistryClient } from './registry-client.ts';

/** Whose configuration is read, and how. */
export interface FactsRequest {
  readonly client: RegistryClient;
  readonly image: RegistryImage;
  readonly digest: string;
  /** As images name it, e.g. `amd64`. */
  readonly architecture: string;
  readonly call: RegistryCall;
}

interface Descriptor {
  readonly digest?: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

interface ManifestContent {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
}

/** What an image's configuration says and container runtimes do not do by themselves. */
export interface ImageFacts {
  /** Absolute; absent where the image has none or it was not read. */
  readonly workingDirectory?: string;
}

/** Reads the {@link ImageFacts} of an image, of one architecture where it is for many. */
export async function readImageFacts(request: FactsRequest): Promise<ImageFacts> {
  const { client, image, architecture, call } = request;
  let content = (await client.manifest(image, request.digest, call)).content as ManifestContent;
  const chosen = content.manifests && chooseManifest(content.manifests, architecture);
  if (chosen !== undefined) content = (await client.manifest(image, chosen, call)).content as ManifestContent;
  const digest = content.config?.digest;
  if (digest === undefined) return {};
  const { config } = (await client.blob(image, digest, call)) as { config?: { WorkingDir?: unknown } };
  const workingDirectory = config?.WorkingDir;
  const isUsable = typeof workingDirectory === 'string' && /^\/[^\0]*$/.test(workingDirectory);
  return isUsable ? { workingDirectory } : {};
}

/** The one for Linux on this architecture, else any for Linux: working directories hardly differ. */
function chooseManifest(manifests: readonly Descriptor[], architecture: string): string | undefined {
  const linux = manifests.filter(({ platform }) => platform?.os === 'linux' && platform.architecture !== 'unknown');
  return (linux.find(({ platform }) => platform?.architecture === architecture) ?? linux[0])?.digest;
}
