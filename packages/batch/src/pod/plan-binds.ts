import type { ResolvedContainer, ResolvedMount, VolumeContents } from '@interlink/plugin-sdk';
import { InternalError, InvalidInputError, UnsupportedError } from '@interlink/spec';
import type { Bind } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import { jobFiles } from '../directory/job-paths.ts';
import type { PodVolumes } from './volume-tree.ts';

/** What the binds of a container are planned with. */
export interface BindContext {
  /** The job directory. */
  readonly directory: string;
  readonly volumes: PodVolumes;
  readonly policy: BatchPolicy;
  readonly host: Host;
}

/** The volume mounts of a container as binds of paths of the host. Reads the host for hostPath volumes only. */
export async function planBinds(container: ResolvedContainer, context: BindContext): Promise<Bind[]> {
  const binds: Bind[] = [];
  for (const [index, mount] of container.mounts.entries()) {
    binds.push(await planBind(mount, `${container.field}.volumeMounts[${index}]`, context));
  }
  return binds;
}

async function planBind(mount: ResolvedMount, field: string, context: BindContext): Promise<Bind> {
  const contents = context.volumes.get(mount.volume);
  const common = { target: mount.mountPath, field };
  const path = [context.directory, jobFiles.volumes, mount.volume, ...subPath(mount)].join('/');
  switch (contents?.kind) {
    case 'directory':
      return { ...common, source: path, type: 'directory', readOnly: mount.readOnly, owned: true };
    case 'files':
      // As a kubelet: what comes from the API server is read-only.
      return { ...common, source: path, type: filesType(contents, mount, field), readOnly: true, owned: true };
    case 'hostPath':
      return { ...common, ...(await hostBind(contents.path, mount, field, context)), owned: false };
    case 'unsupported':
    case undefined:
      throw new InternalError('a mount without a volume got past validation');
  }
}

function subPath({ subPath }: ResolvedMount): string[] {
  return subPath === undefined ? [] : [subPath];
}

type Files = Extract<VolumeContents, { kind: 'files' }>;

function filesType({ files, optional }: Files, mount: ResolvedMount, field: string): Bind['type'] {
  const { subPath } = mount;
  if (subPath === undefined) return 'directory';
  if (files.some(({ path }) => path === subPath)) return 'file';
  if (optional === true || files.some(({ path }) => path.startsWith(`${subPath}/`))) return 'directory';
  throw new InvalidInputError(`${field}.subPath: the volume ${mount.volume} has no ${subPath}`, {
    field: `${field}.subPath`,
  });
}

async function hostBind(path: string, mount: ResolvedMount, field: string, { host, policy }: BindContext) {
  const wanted = [path, ...subPath(mount)].join('/');
  const found = await host.resolvePath(wanted);
  if (!found) {
    throw new UnsupportedError(`${field}: there is no ${wanted} on ${host.name}, and nothing is created there`, {
      field,
    });
  }
  // By the real path: a link below an allowed directory must not lead out of it.
  const rule = policy.hostPaths?.find((allowed) => isWithin(found.path, allowed.path));
  if (!rule) throw new UnsupportedError(`${field}: the path ${wanted} may not be mounted here`, { field });
  const type: Bind['type'] = found.type === 'directory' ? 'directory' : 'file';
  return { source: found.path, type, readOnly: mount.readOnly || rule.readOnly };
}

function isWithin(path: string, directory: string): boolean {
  const base = directory.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

/** Directories that mounts of a subPath need in the job's volumes, relative to the job directory. */
export function subPathDirectories(container: ResolvedContainer, volumes: PodVolumes): string[] {
  return container.mounts.flatMap(({ volume, subPath }) => {
    if (subPath === undefined || !needsDirectory(volumes.get(volume), subPath)) return [];
    return [`${jobFiles.volumes}/${volume}/${subPath}`];
  });
}

function needsDirectory(contents: VolumeContents | undefined, subPath: string): boolean {
  if (contents?.kind !== 'files') return contents?.kind === 'directory';
  return contents.optional === true && !contents.files.some(({ path }) => path === subPath);
}
