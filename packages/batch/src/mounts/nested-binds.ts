import type { Bind, ContainerStart } from '../contract/container-runtime.ts';

/** A path of a container at which something must be. */
export interface MountTarget {
  readonly target: string;
  readonly type: 'directory' | 'file';
}

/** What of a {@link ContainerStart} is made in the job's own volumes. */
export type MountPoint = NonNullable<ContainerStart['mountPoints']>[number];

/** The outer of two nested targets first, which is the order to mount them in. */
export function byDepth(left: Pick<MountTarget, 'target'>, right: Pick<MountTarget, 'target'>): number {
  return depth(left.target) - depth(right.target) || (left.target < right.target ? -1 : 1);
}

function depth(path: string): number {
  return path.split('/').length;
}

/** The innermost bind that a path is inside of; undefined where there is none. */
export function bindAround<T extends Pick<Bind, 'target'>>(binds: readonly T[], path: string): T | undefined {
  return binds
    .filter(({ target }) => path.startsWith(`${target}/`))
    .toSorted(byDepth)
    .at(-1);
}

/** What to make in owned sources, so that the places inside of other binds are there. */
export function mountPointsIn(binds: readonly Bind[], places: readonly MountTarget[]): MountPoint[] {
  return places.flatMap(({ target, type }) => {
    const around = bindAround(binds, target);
    return around?.owned === true ? [{ path: around.source + target.slice(around.target.length), type }] : [];
  });
}
