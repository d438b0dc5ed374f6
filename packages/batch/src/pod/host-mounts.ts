import type { HostPathType, ResolvedMount, ResolvedPod, VolumeContents } from '@interlink/plugin-sdk';
import { InternalError, UnsupportedError } from '@interlink/spec';
import type { Bind } from '../contract/container-runtime.ts';
import type { ExistingPath, Host } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import { isWithin, realPath } from '../host/real-path.ts';
import { mapClaim } from './claim-path.ts';

/** Paths of the machine that volumes stand for. */
export type HostContents = Extract<VolumeContents, { kind: 'hostPath' | 'claim' }>;

/** A path of the machine in a container, and what must be true of it when the job starts. */
export interface HostMount {
  readonly volume: string;
  readonly path: string;
  /** `Claim`: a directory; `ClaimOrCreate`: one that may be made. */
  readonly type: HostPathType | 'Claim' | 'ClaimOrCreate';
  /** Directory that the path must be in when all links are followed. */
  readonly within: string;
  /** Relative and contained; absent for the whole path. */
  readonly subPath?: string;
  /** Whether the site allows no more than reading. */
  readonly readOnly: boolean;
  /** Path of the volume's source in the pod, for errors. */
  readonly field: string;
}

/** What host mounts are planned with. */
export interface HostMountContext {
  readonly pod: ResolvedPod;
  readonly policy: BatchPolicy;
  readonly host: Host;
}

/** A host mount, and what of its bind follows from it. */
export type PlannedHostMount = Pick<Bind, 'source' | 'type' | 'readOnly'> & { readonly check: HostMount };

/** Plans the mount of a path of the machine; refuses what the site does not allow and, where it can know, what is not there. */
export async function planHostMount(
  contents: HostContents,
  mount: ResolvedMount,
  context: HostMountContext,
): Promise<PlannedHostMount> {
  const isSeen = seesPaths(context.policy);
  const check = await allowedMount(contents, mount, context);
  const source = isSeen ? await existingSource(check, context.host) : asWritten(check);
  return { ...source, readOnly: mount.readOnly || check.readOnly || isReadOnlyClaim(contents), check };
}

/** Whether the plugin's machine has the paths that jobs have. */
export function seesPaths({ checkPaths, shipping }: BatchPolicy): boolean {
  return (checkPaths ?? (shipping ? 'start' : 'create')) === 'create';
}

function isReadOnlyClaim(contents: HostContents): boolean {
  return contents.kind === 'claim' && contents.readOnly;
}

async function allowedMount(
  contents: HostContents,
  mount: ResolvedMount,
  { pod, policy, host }: HostMountContext,
): Promise<HostMount> {
  const { volume, subPath } = mount;
  const base = `${pod.volumes.find(({ name }) => name === volume)?.field ?? 'pod.spec.volumes'}.`;
  const common = { volume, ...(subPath === undefined ? {} : { subPath }) };
  if (contents.kind === 'claim') {
    const mapped = mapClaim({ namespace: pod.namespace, claim: contents.claim }, policy);
    if (!mapped) throw new InternalError('a claim that is mapped nowhere got past validation');
    const { path, within, rule } = mapped;
    const type = rule.create === true ? 'ClaimOrCreate' : 'Claim';
    return { ...common, path, within, type, readOnly: rule.readOnly === true, field: `${base}persistentVolumeClaim` };
  }
  const field = `${base}hostPath.path`;
  const { path, type } = contents;
  const resolve = seesPaths(policy) ? host : undefined;
  const rule = await ruleFor(path, policy, resolve);
  if (!rule) throw new UnsupportedError(`${field}: ${path} may not be mounted here`, { field });
  return { ...common, path, within: rule.path, type, readOnly: rule.readOnly, field };
}

/** The innermost rule. By the real path where it can be known: a link below an allowed directory must not lead out of it. */
async function ruleFor(path: string, { hostPaths = [] }: BatchPolicy, host: Host | undefined) {
  const real = host ? (await realPath(path, host)).path : path;
  const directories = await Promise.all(
    hostPaths.map(async (rule) => ({ rule, directory: host ? (await realPath(rule.path, host)).path : rule.path })),
  );
  const fitting = directories.filter(({ directory }) => isWithin(real, directory));
  return fitting.toSorted((left, right) => right.directory.length - left.directory.length)[0]?.rule;
}

const neededTypes: Readonly<Partial<Record<HostMount['type'], ExistingPath['type']>>> = {
  Directory: 'directory',
  DirectoryOrCreate: 'directory',
  File: 'file',
  FileOrCreate: 'file',
  Socket: 'socket',
  CharDevice: 'characterDevice',
  BlockDevice: 'blockDevice',
  Claim: 'directory',
  ClaimOrCreate: 'directory',
};

async function existingSource(check: HostMount, host: Host): Promise<Pick<Bind, 'source' | 'type'>> {
  const { field, type, path } = check;
  const refuse = (problem: string): never => {
    throw new UnsupportedError(`${field}: ${problem}`, { field });
  };
  const base = await realPath(path, host);
  const within = await realPath(check.within, host);
  if (!isWithin(base.path, within.path)) return refuse(`${path} leads out of ${check.within}`);
  const isMade = type.endsWith('OrCreate') && !check.readOnly;
  if (base.type === undefined && !isMade) return refuse(`there is no ${path} on ${host.name}`);
  const needed = neededTypes[type];
  if (base.type !== undefined && needed !== undefined && base.type !== needed)
    return refuse(`${path} is no ${words[needed]}`);
  const { subPath } = check;
  const part = subPath === undefined ? base : await realPath(`${path}/${subPath}`, host);
  if (!isWithin(part.path, base.path)) return refuse(`the subPath ${subPath ?? ''} leads out of the volume`);
  if (subPath !== undefined && part.type === undefined && check.readOnly)
    return refuse(`there is no ${path}/${subPath} on ${host.name}`);
  const found = part.type ?? (subPath === undefined ? needed : undefined) ?? 'directory';
  if (check.readOnly && found !== 'directory' && found !== 'file') {
    return refuse(`${path} may only be read here, which cannot be held up for a ${words[found]}`);
  }
  return { source: part.path, type: found === 'directory' ? 'directory' : 'file' };
}

const words: Readonly<Record<ExistingPath['type'], string>> = {
  directory: 'directory',
  file: 'regular file',
  socket: 'socket',
  characterDevice: 'character device',
  blockDevice: 'block device',
  other: 'pipe or other special file',
};

/** Nothing is known of a path without a type but that most are directories. */
function asWritten({ path, subPath, type }: HostMount): Pick<Bind, 'source' | 'type'> {
  if (subPath !== undefined) return { source: `${path}/${subPath}`, type: 'directory' };
  return { source: path, type: (neededTypes[type] ?? 'directory') === 'directory' ? 'directory' : 'file' };
}

/** The checks of a container as the runner reads them: six texts each. */
export function listHostChecks(mounts: readonly HostMount[]): string[] {
  return mounts.flatMap(({ volume, type, path, within, subPath, readOnly }) => [
    volume,
    type,
    path,
    within,
    subPath ?? '',
    readOnly ? 'read' : 'write',
  ]);
}
