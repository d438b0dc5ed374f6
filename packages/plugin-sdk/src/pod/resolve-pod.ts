import {
  dropNulls,
  InvalidInputError,
  type Container,
  type Pod,
  type RetrievedPodData,
  type Volume,
} from '@interlink/spec';
import { withoutNul } from './check-text.ts';
import { expandVariables } from './expand-variables.ts';
import { containerResources, podResources, type PodResources, type ResolvedResources } from './pod-resources.ts';
import { resolveEnvironment, type EnvironmentValues } from './resolve-environment.ts';
import { resolveMounts, type ResolvedMount } from './resolve-mounts.ts';
import { volumeKind, type VolumeKind } from './volume-kind.ts';

/**
 * `init`: runs to its end before the next starts. `sidecar`: an init container that stays (`restartPolicy: Always`). `ephemeral`: added to a pod
 * that is there.
 */
export type ContainerKind = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** A container with everything resolved that can be without running it. */
export interface ResolvedContainer {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly image: string;
  /** Replaces the image's entry point; `$(NAME)` is expanded. Absent: the image's own. */
  readonly command?: readonly string[];
  /** Arguments, `$(NAME)` expanded. Absent: the image's own, unless `command` is set. */
  readonly args?: readonly string[];
  readonly workingDirectory?: string;
  /** Names and values, every name once, in order. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly mounts: readonly ResolvedMount[];
  readonly resources: ResolvedResources;
  /** Path in the pod for errors and verdicts, e.g. `pod.spec.containers[0]`. */
  readonly field: string;
  /** The container as received, for what is not resolved here: probes, hooks, security context. */
  readonly spec: Container;
}

/** A volume of the pod; its content is made by `volumeContents`. */
export interface ResolvedVolume {
  readonly name: string;
  readonly kind: VolumeKind;
  /** Path in the pod, e.g. `pod.spec.volumes[0]`. */
  readonly field: string;
  /** The volume as received. */
  readonly spec: Volume;
}

/** A pod ready to be run: checked, expanded and with defaults filled in. */
export interface ResolvedPod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  /** Init containers and sidecars, in the order in which they start. */
  readonly initContainers: readonly ResolvedContainer[];
  readonly containers: readonly ResolvedContainer[];
  /** What was added to the pod, to look into it. They never decide on its end. */
  readonly ephemeralContainers: readonly ResolvedContainer[];
  readonly volumes: readonly ResolvedVolume[];
  readonly resources: PodResources;
  /** Default 30. */
  readonly terminationGracePeriodSeconds: number;
  /** Default `Always`. */
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  readonly activeDeadlineSeconds?: number;
}

/** How {@link resolvePod} works. */
export interface ResolvePodOptions {
  /**
   * Whether `$(NAME)` in the values of `env` is expanded. Default: `literal` for a pod bound to a node, which came from a
   * virtual kubelet, where values were resolved (a second expansion would turn `$$` in a secret into `$`); else `expand`.
   * Command and arguments are expanded always: no virtual kubelet does it.
   */
  readonly environmentValues?: EnvironmentValues;
}

const defaultGracePeriodSeconds = 30;

/**
 * Everything about a pod's containers that is decided before they run: kinds, argv, environment, mounts, resources.
 * Pure; nothing is read but `data`.
 *
 * @throws InvalidInputError, UnsupportedError naming the field at fault, e.g. `pod.spec.containers[0].volumeMounts[1].name`.
 */
export function resolvePod(data: RetrievedPodData, options: ResolvePodOptions = {}): ResolvedPod {
  const clean = dropNulls(data);
  const { pod } = clean;
  const values = options.environmentValues ?? (pod.spec?.nodeName ? 'literal' : 'expand');
  const volumes = resolveVolumes(pod);
  const scope = { data: clean, values, volumeKinds: new Map(volumes.map(({ name, kind }) => [name, kind])) };
  checkContainerNames(pod);
  const resolveAll = (key: ContainerList): ResolvedContainer[] =>
    list(pod, key).map(([container, field]) => resolveContainer(container, field, scope));
  return {
    ...identity(pod),
    initContainers: resolveAll('initContainers'),
    containers: resolveAll('containers'),
    ephemeralContainers: resolveAll('ephemeralContainers'),
    volumes,
    resources: podResources(pod),
    terminationGracePeriodSeconds: pod.spec?.terminationGracePeriodSeconds ?? defaultGracePeriodSeconds,
    restartPolicy: restartPolicyOf(pod),
    ...(pod.spec?.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: pod.spec.activeDeadlineSeconds }),
  };
}

interface ContainerScope {
  readonly data: RetrievedPodData;
  readonly values: EnvironmentValues;
  readonly volumeKinds: ReadonlyMap<string, VolumeKind>;
}

function resolveContainer(container: Container, field: string, scope: ContainerScope): ResolvedContainer {
  const environment = resolveEnvironment({ data: scope.data, container, field, values: scope.values });
  const command = expandAll(container.command, `${field}.command`, environment);
  const args = expandAll(container.args, `${field}.args`, environment);
  return {
    name: container.name,
    kind: kindOf(container, field),
    image: withoutNul(container.image ?? '', `${field}.image`),
    ...(command ? { command } : {}),
    ...(args ? { args } : {}),
    ...workingDirectoryOf(container, field),
    environment: [...environment],
    mounts: resolveMounts(container, { field, environment, volumeKinds: scope.volumeKinds }),
    resources: containerResources(container, field),
    field,
    spec: container,
  };
}

function kindOf(container: Container, field: string): ContainerKind {
  if (field.startsWith('pod.spec.ephemeralContainers')) return 'ephemeral';
  if (!field.startsWith('pod.spec.initContainers')) return 'main';
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init';
}

/** Container runtimes refuse a relative one, and `-` means something to `cd`. */
function workingDirectoryOf({ workingDir }: Container, field: string): Pick<ResolvedContainer, 'workingDirectory'> {
  if (!workingDir) return {};
  const at = `${field}.workingDir`;
  if (!workingDir.startsWith('/')) throw new InvalidInputError(`${at} must be an absolute path`, { field: at });
  return { workingDirectory: withoutNul(workingDir, at) };
}

/** undefined for an absent or empty list: Kubernetes takes both for "the image's own". */
function expandAll(texts: readonly string[] | undefined, field: string, environment: ReadonlyMap<string, string>) {
  if (texts === undefined || texts.length === 0) return undefined;
  const lookup = (name: string) => environment.get(name);
  return texts.map((text, index) => expandVariables(withoutNul(text, `${field}[${index}]`), lookup));
}

type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';

function list(pod: Pod, key: ContainerList): [container: Container, field: string][] {
  return (pod.spec?.[key] ?? []).map((container, index) => [container, `pod.spec.${key}[${index}]`]);
}

function checkContainerNames(pod: Pod): void {
  const seen = new Set<string>();
  const all = (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((key) => list(pod, key));
  for (const [{ name }, field] of all) {
    if (seen.has(name)) {
      throw new InvalidInputError(`${field}.name: there are two containers named ${name}`, { field: `${field}.name` });
    }
    seen.add(name);
  }
}

function resolveVolumes(pod: Pod): ResolvedVolume[] {
  const seen = new Set<string>();
  return (pod.spec?.volumes ?? []).map((volume, index) => {
    const field = `pod.spec.volumes[${index}]`;
    if (seen.has(volume.name)) {
      throw new InvalidInputError(`${field}.name: there are two volumes named ${volume.name}`, {
        field: `${field}.name`,
      });
    }
    seen.add(volume.name);
    return { name: volume.name, kind: volumeKind(volume), field, spec: volume };
  });
}

function identity({ metadata, spec }: Pod) {
  const { uid, name, namespace } = metadata ?? {};
  if (!uid) throw new InvalidInputError('pod.metadata.uid is required', { field: 'pod.metadata.uid' });
  return {
    uid,
    name: withoutNul(name ?? '', 'pod.metadata.name'),
    namespace: withoutNul(namespace ?? 'default', 'pod.metadata.namespace'),
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    ...(spec?.nodeName ? { nodeName: spec.nodeName } : {}),
  };
}

function restartPolicyOf(pod: Pod): ResolvedPod['restartPolicy'] {
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Always' || policy === 'OnFailure' || policy === 'Never') return policy;
  throw new InvalidInputError('pod.spec.restartPolicy must be Always, OnFailure or Never', {
    field: 'pod.spec.restartPolicy',
  });
}
