import { InvalidInputError, type Container, type VolumeMount } from '@interlink/spec';
import { absolutePath, containedPath } from './check-text.ts';
import { expandVariables, unknownVariables } from './expand-variables.ts';
import type { VolumeKind } from './volume-kind.ts';

/** A volume at a path of a container. */
export interface ResolvedMount {
  /** Name of the pod's volume. */
  readonly volume: string;
  /** Absolute, without `.` and `..`; one mount per path. */
  readonly mountPath: string;
  /** Path inside the volume that is mounted, relative and without `..`; absent: the whole volume. `subPathExpr` is expanded. */
  readonly subPath?: string;
  /** True for content from the API server (ConfigMap, Secret, projected, downward API) too, as in a kubelet. */
  readonly readOnly: boolean;
}

/** What the mounts of one container are resolved against. */
export interface MountScope {
  /** Path of the container, e.g. `pod.spec.containers[0]`. */
  readonly field: string;
  readonly volumeKinds: ReadonlyMap<string, VolumeKind>;
  readonly environment: ReadonlyMap<string, string>;
}

const alwaysReadOnly: ReadonlySet<VolumeKind> = new Set(['configMap', 'secret', 'projected', 'downwardAPI']);

/** The volume mounts of a container, in order. Refuses an absent volume, a doubled path and a path that leaves its volume. */
export function resolveMounts(container: Container, scope: MountScope): ResolvedMount[] {
  const taken = new Set<string>();
  return (container.volumeMounts ?? []).map((mount, index) => {
    const resolved = resolveMount(mount, `${scope.field}.volumeMounts[${index}]`, scope);
    if (taken.has(resolved.mountPath)) {
      const field = `${scope.field}.volumeMounts[${index}].mountPath`;
      throw new InvalidInputError(`${field}: ${resolved.mountPath} is mounted twice`, { field });
    }
    taken.add(resolved.mountPath);
    return resolved;
  });
}

function resolveMount(mount: VolumeMount, field: string, scope: MountScope): ResolvedMount {
  const kind = scope.volumeKinds.get(mount.name);
  if (kind === undefined) {
    throw new InvalidInputError(`${field}.name: the pod has no volume ${mount.name}`, { field: `${field}.name` });
  }
  const mountPath = absolutePath(mount.mountPath, `${field}.mountPath`);
  // Documented by Kubernetes as not allowed; a bind specification could not name it.
  if (mountPath.includes(':')) {
    throw new InvalidInputError(`${field}.mountPath must not contain ':'`, { field: `${field}.mountPath` });
  }
  const subPath = resolveSubPath(mount, field, scope.environment);
  return {
    volume: mount.name,
    mountPath,
    ...(subPath === '' ? {} : { subPath }),
    readOnly: mount.readOnly === true || alwaysReadOnly.has(kind),
  };
}

/**
 * The path inside its volume that a mount takes, with `subPathExpr` expanded; '' for the whole volume.
 *
 * @throws InvalidInputError naming the field: a variable that is not there, an absolute path, one with `..`.
 */
export function resolveSubPath(mount: VolumeMount, field: string, environment: ReadonlyMap<string, string>): string {
  const expression = mount.subPathExpr ?? '';
  if (expression === '') return containedPath(mount.subPath ?? '', `${field}.subPath`);
  const at = `${field}.subPathExpr`;
  const lookup = (name: string) => environment.get(name);
  const [unknown] = unknownVariables(expression, lookup);
  if (unknown !== undefined) throw new InvalidInputError(`${at} names the unknown variable ${unknown}`, { field: at });
  return containedPath(expandVariables(expression, lookup), at);
}
