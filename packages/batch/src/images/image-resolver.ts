import { createHash } from 'node:crypto';
import type { Clock, Logger } from '@interlink/runtime';
import { InvalidInputError, isInterLinkError } from '@interlink/spec';
import { readImageFacts, type ImageFacts } from './image-facts.ts';
import { formatRegistryImage, type RegistryImage } from './parse-image-reference.ts';
import type { RegistryCall, RegistryClient } from './registry-client.ts';
import type { RegistryCredential } from './registry-credentials.ts';

/** What is known of an image before it is pulled. */
export interface ResolvedImage extends ImageFacts {
  /** `sha256:…`, of the index where the image is for many architectures. */
  readonly digest: string;
}

/** What {@link ImageResolver.resolve} needs besides the image. */
export interface ResolveOptions {
  /** Of the pod, for this image; tried one after the other. */
  readonly credentials: readonly RegistryCredential[];
  /** Path of the container in the pod, for errors. */
  readonly field: string;
}

/** Finds out which image a name means now. */
export interface ImageResolver extends AsyncDisposable {
  /**
   * The image's digest; undefined where its registry could not be asked from here, or let nobody in: the job finds out for itself.
   * Questions for one image are put once within 10 s, to a registry that does not answer once in a minute.
   *
   * @throws InvalidInputError when the registry said that there is no such image, or that the pod's credentials are wrong.
   */
  resolve(image: RegistryImage, options: ResolveOptions): Promise<ResolvedImage | undefined>;
}

/** What {@link createImageResolver} needs. */
export interface ImageResolverOptions {
  readonly client: RegistryClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest time for one image. Default 3. */
  readonly deadlineSeconds?: number;
  /** `amd64`, `arm64`, …: whose configuration of an image for many is read. Default: that of this process. */
  readonly architecture?: string;
}

const reuseMilliseconds = 10_000;
const silenceMilliseconds = 60_000;
const defaultDeadlineSeconds = 3;
const mostFacts = 1000;
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

type Outcome = ResolvedImage | undefined;

/** An {@link ImageResolver} that keeps what it learned for as long as it may still be true. Owns the client. */
export function createImageResolver(options: ImageResolverOptions): ImageResolver {
  const { client, clock } = options;
  const recent = new Map<string, { readonly answer: Promise<Outcome>; readonly until: number }>();
  const silent = new Map<string, number>();
  const context: Context = {
    ...options,
    architecture: options.architecture ?? architectures[process.arch] ?? process.arch,
    facts: new Map(),
    onSilence: (registry) => silent.set(registry, clock.monotonic() + silenceMilliseconds),
  };
  return {
    resolve(image, resolveOptions) {
      const now = clock.monotonic();
      for (const [key, { until }] of recent) if (until <= now) recent.delete(key);
      if ((silent.get(image.registry) ?? 0) > now) return Promise.resolve(undefined);
      const key = cacheKey(image, resolveOptions);
      const known = recent.get(key);
      if (known) return known.answer;
      const answer = ask(context, image, resolveOptions);
      recent.set(key, { answer, until: now + reuseMilliseconds });
      // A "no" is for those who asked: what is wrong may be mended at once.
      answer.catch(() => recent.delete(key));
      return answer;
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** By credentials too: what a registry shows to one pod it may hide from another. */
function cacheKey(image: RegistryImage, { credentials, field }: ResolveOptions): string {
  const hash = createHash('sha256').update(JSON.stringify(credentials)).digest('hex');
  return `${formatRegistryImage(image)} ${hash} ${field}`;
}

interface Context extends ImageResolverOptions {
  readonly architecture: string;
  /** By digest, so they are true for ever. */
  readonly facts: Map<string, ImageFacts>;
  readonly onSilence: (registry: string) => void;
}

async function ask(context: Context, image: RegistryImage, { credentials, field }: ResolveOptions): Promise<Outcome> {
  const signal = AbortSignal.timeout((context.deadlineSeconds ?? defaultDeadlineSeconds) * 1000);
  const at = `${field}.image`;
  const name = formatRegistryImage(image);
  let denial = '';
  for (const credential of credentials.length > 0 ? credentials : [undefined]) {
    const said = await askAs(context, image, { credential, signal });
    if (typeof said === 'object') return said.resolved;
    if (said.startsWith('not found')) throw new InvalidInputError(`${at}: ${name} was ${said}`, { field: at });
    denial = said;
  }
  // The machine of the job may have credentials of its own.
  if (credentials.length === 0) return undefined;
  const problem = `the registry refused the credentials of spec.imagePullSecrets: ${denial}`;
  throw new InvalidInputError(`${at}: ${name}: ${problem}`, { field: at });
}

/** What was found out, or the registry's refusal in words. */
async function askAs(
  context: Context,
  image: RegistryImage,
  call: RegistryCall,
): Promise<{ readonly resolved: Outcome } | string> {
  const { client, logger, onSilence } = context;
  try {
    const digest = image.digest ?? (await client.digest(image, call));
    return { resolved: { digest, ...(await factsOf(context, { image, digest, call })) } };
  } catch (error) {
    const code = isInterLinkError(error) ? error.code : undefined;
    const { message } = error as Error;
    if (code === 'ILK_NOT_FOUND') return `not found: ${message}`;
    if (code === 'ILK_FORBIDDEN') return message;
    const { registry } = image;
    onSilence(registry);
    logger.warn({ registry, err: error }, 'image registry cannot be asked, jobs will ask it themselves');
    return { resolved: undefined };
  }
}

async function factsOf(
  { client, logger, facts, architecture }: Context,
  { image, digest, call }: { image: RegistryImage; digest: string; call: RegistryCall },
): Promise<ImageFacts> {
  const known = facts.get(digest);
  if (known) return known;
  try {
    const read = await readImageFacts({ client, image, digest, architecture, call });
    if (facts.size >= mostFacts) facts.clear();
    facts.set(digest, read);
    return read;
  } catch (error) {
    // With a digest in the name this is the only question: whether there is such an image is the answer to it.
    if (image.digest !== undefined) throw error;
    logger.debug({ image: formatRegistryImage(image), err: error }, 'configuration of an image could not be read');
    return {};
  }
}
