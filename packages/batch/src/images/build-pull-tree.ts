import type { TreeEntry } from '../contract/host.ts';
import type { ImagePolicy } from '../contract/policy.ts';
import { formatNulList } from '../directory/nul-list.ts';
import type { ResolvedImage } from './image-resolver.ts';
import type { LocalImage } from './local-image.ts';
import type { ImageReference } from './parse-image-reference.ts';
import type { PullPolicy } from './pull-policy.ts';
import type { RegistryCredential } from './registry-credentials.ts';
import type { RuntimeImages, Variables } from './runtime-images.ts';

/** One pull, in words of the program that carries it out. */
export interface PullOrder {
  readonly images: RuntimeImages;
  /** The container's part of the job directory. */
  readonly directory: string;
  /** The image as the pod names it, for messages. */
  readonly name: string;
  /** Path of the container in the pod, for errors. */
  readonly field: string;
  readonly policy: PullPolicy;
  readonly limits: ImagePolicy;
  readonly image: ImageReference;
  /** The cache directory, or the image itself where it is a path. */
  readonly place: string;
  /** Where it is a path of the machine, also in a URI. */
  readonly local?: LocalImage | undefined;
  /** Name of the image in the cache: a word. */
  readonly key?: string;
  /** Hash of the name, to note in the cache which image it meant. */
  readonly reference?: string;
  readonly facts?: ResolvedImage;
  readonly credentials?: readonly RegistryCredential[];
}

const defaultTries = 5;
const defaultBackoff = { initial: 10, maximum: 80 };
const defaultLock = { beat: 10, stale: 60 };
const defaultDeadlineSeconds = 3600;

/** The files below `pull/` that pull-image.sh reads, relative to the container's part of the job directory. Pure. */
export function buildPullTree(order: PullOrder): TreeEntry[] {
  const { images, directory, image, credentials = [] } = order;
  return [
    { kind: 'directory', path: 'pull', mode: 0o700 },
    file('pull/settings', formatSettings(order)),
    file('pull/image', `${order.name}\n`),
    file('pull/place', formatNulList([order.place])),
    ...(order.local ? [list('pull/local', [order.local.path, ...order.local.within])] : []),
    ...(image.kind === 'path' ? [] : [list('pull/command', images.pull(image, order.field))]),
    ...(images.probe ? [list('pull/probe', images.probe)] : []),
    ...(images.unpack ? [list('pull/unpack', images.unpack)] : []),
    list('pull/environment', assignments(images.environment(directory, image.kind === 'registry' ? image : undefined))),
    ...(order.facts ? [file('pull/facts.json', `${JSON.stringify(order.facts)}\n`)] : []),
    ...(image.kind === 'registry' && credentials.length > 0
      ? [
          { kind: 'directory', path: 'pull/credentials', mode: 0o700 } as const,
          ...credentials.flatMap((credential, index) => {
            const place = `pull/credentials/${String(index).padStart(3, '0')}`;
            const way = images.credential(credential, image, `${directory}/${place}`);
            const files = (way.files ?? []).map((entry) => ({ ...entry, path: `${place}/${entry.path}` }));
            return [
              list(`${place}.env`, assignments(way.environment)),
              list(`${place}.secret`, spellingsOf(credential)),
              ...files,
            ];
          }),
        ]
      : []),
  ];
}

/** One `key value` a line, only numbers and checked words. */
function formatSettings({ images, image, policy, limits, key = '', reference = '' }: PullOrder): string {
  const backoff = limits.pullBackoffSeconds ?? defaultBackoff;
  const lock = limits.lockSeconds ?? defaultLock;
  const isPinned = image.kind === 'registry' && image.digest !== undefined;
  return [
    `source ${image.kind}`,
    `policy ${policy}`,
    `key ${key}`,
    `pinned ${isPinned ? 'yes' : ''}`,
    `reference ${reference}`,
    `extension ${images.extension}`,
    `form ${images.form}`,
    `tries ${limits.pullTries ?? defaultTries}`,
    `backoff-seconds ${backoff.initial} ${backoff.maximum}`,
    `beat-seconds ${lock.beat} ${lock.stale}`,
    `deadline-seconds ${limits.pullDeadlineSeconds ?? defaultDeadlineSeconds}`,
    '',
  ].join('\n');
}

/** How a secret may turn up in the words of a program. */
function spellingsOf({ username, password }: RegistryCredential): string[] {
  return [Buffer.from(`${username}:${password}`).toString('base64'), password];
}

function assignments(variables: Variables): string[] {
  return variables.map(([name, value]) => `${name}=${value}`);
}

function list(path: string, items: readonly string[]): TreeEntry {
  return file(path, formatNulList(items));
}

function file(path: string, content: string): TreeEntry {
  return { kind: 'file', path, mode: 0o600, content };
}
