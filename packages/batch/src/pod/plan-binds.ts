import type { ResolvedContainer, ResolvedMount, VolumeContents } from '@interlink/plugin-sdk';
import { InternalError, InvalidInputError } from '@interlink/spec';
import type { Bind } from '../contract/container-runtime.ts';
import { jobFiles } from '../directory/job-paths.ts';
import { planHostMount, type HostMount, type HostMountContext } from './host-mounts.ts';
import { partsPath, type PodVolumes } from './volume-tree.ts';

/** What the binds of a container are planned with. */
export interface BindContext extends HostMountContext {
  /** The job directory. */
  readonly directory: string;
  readonly volumes: PodVolumes;
}

/** The mounts of a container. */
export interface ContainerMounts {
  readonly binds: readonly Bind[];
  /** What must be true of paths of the machine when the container starts. */
  readonly checks: readonly HostMount[];
}

/** The volume mounts of a container as binds of paths of the host. Reads the host for hostPath volumes and claims only. */
export async function planBinds(container: ResolvedContainer, context: BindContext): Promise<ContainerMounts> {
  const binds: Bind[] = [];
  const checks: HostMount[] = [];
  for (const [index, mount] of container.mounts.entries()) {
    const field = `${container.field}.volumeMounts[${index}]`;
    const { check, ...bind } = await planBind(mount, field, context);
    binds.push(bind);
    if (check) checks.push(check);
  }
  return { binds, checks };
}

type PlannedBind = Bind & { readonly check?: HostMount };

async function planBind(mount: ResolvedMount, field: string, context: BindContext): Promise<PlannedBind> {
  const contents = context.volumes.get(mount.volume);
  const common = { target: mount.mountPath, field };
  const path = [context.directory, jobFiles.volumes, mount.volume, ...subPath(mount)].join('/');
  switch (contents?.kind) {
    case 'directory':
      return {
        ...common,
        source: path,
        type: 'directory',
        readOnly: mount.readOnly,
        owned: true,
        ...inMemory(contents),
      };
    case 'files':
      // As a kubelet: what comes from the API server is read-only.
      return {
        ...common,
        source: mount.subPath === undefined ? path : `${context.directory}/${partsPath(mount.volume)}/${mount.subPath}`,
        type: filesType(contents, mount, field),
        readOnly: true,
        owned: true,
      };
    case 'hostPath':
    case 'claim':
      return { ...common, ...(await planHostMount(contents, mount, context)), owned: false };
    case 'unsupported':
    case undefined:
      throw new InternalError('a mount without a volume got past validation');
  }
}

function inMemory({ medium }: Extract<VolumeContents, { kind: 'directory' }>): Pick<Bind, 'inMemory'> {
  return medium === 'Memory' ? { inMemory: true } : {};
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

/** The parts of emptyDir volumes that a container mounts, which the runner makes where no container made them before: `volume/path`. */
export function listSubPaths(container: ResolvedContainer, volumes: PodVolumes): string[] {
  return container.mounts.flatMap(({ volume, subPath }) =>
    subPath !== undefined && volumes.get(volume)?.kind === 'directory' ? [`${volume}/${subPath}`] : [],
  );
}

/** The volumes of which these containers mount parts. */
export function dividedVolumes(containers: readonly ResolvedContainer[]): ReadonlySet<string> {
  const mounts = containers.flatMap((container) => container.mounts);
  return new Set(mounts.filter(({ subPath }) => subPath !== undefined).map(({ volume }) => volume));
}

/** Directories in place of optional content that is missing, relative to the job directory. */
export function missingSubPaths(container: ResolvedContainer, volumes: PodVolumes): string[] {
  return container.mounts.flatMap(({ volume, subPath }) => {
    const contents = volumes.get(volume);
    if (subPath === undefined || contents?.kind !== 'files' || contents.optional !== true) return [];
    const isThere = contents.files.some(({ path }) => path === subPath || path.startsWith(`${subPath}/`));
    return isThere ? [] : [`${partsPath(volume)}/${subPath}`];
  });
}
