import {
  annotations,
  isInterLinkError,
  UnsupportedError,
  type ConfigMap,
  type Container,
  type EnvVar,
  type Pod,
  type PodCreateRequests,
  type PodSpec,
  type Secret,
  type Volume,
} from '@interlink/spec';
import { omitKeys } from '../omit-keys.ts';
import type { PodSettings } from '../pod-settings.ts';
import type { PodAddresses } from '../status/pod-addresses.ts';
import { apiServerVariables } from './api-server-variables.ts';
import type { AssemblyContext } from './assembly-context.ts';
import { containerEnvironment, type ContainerEnvironment } from './container-environment.ts';
import { configMapOfVolume, secretOfVolume, type VolumeObject } from './object-volumes.ts';
import { offloadedContainers } from './offloaded-pod.ts';
import type { InputProblem, PodInputs } from './pod-inputs.ts';
import { asProjectedVolume, downwardMap, projectedMap } from './projected-volume.ts';
import { serviceVariables } from './service-variables.ts';
import { subPathProblem } from './sub-path-problem.ts';

/** What is needed besides the pod. */
export interface RequestParts {
  readonly inputs: PodInputs;
  readonly settings: PodSettings;
  /** UID of the cluster's kube-system namespace. */
  readonly clusterId: string;
  readonly addresses: PodAddresses;
}

/** A request as far as it could be put together. */
export interface AssembledRequest {
  /** Without the objects of the volumes that have a problem. */
  readonly request: PodCreateRequests;
  readonly problems: readonly InputProblem[];
  readonly absentPullSecrets: readonly string[];
}

/** How a request is put together. */
export interface AssemblyOptions {
  /**
   * True, for a pod that runs already: an absent optional object is left out, so that its volume keeps what it has, and an environment that can
   * never be resolved is a problem of its container. Default false.
   */
  readonly lenient?: boolean;
}

/**
 * The pod as the body of a create or an update.
 *
 * @throws UnsupportedError or InvalidInputError that names the field, for a pod that can never be sent.
 */
export function assembleRequest(pod: Pod, parts: RequestParts, options: AssemblyOptions = {}): AssembledRequest {
  const { inputs, settings } = parts;
  const context: AssemblyContext = {
    pod: withAddresses(pod, parts.addresses),
    inputs,
    settings,
    sharedVariables: new Map([...serviceVariables(inputs.services), ...apiServerVariables(settings)]),
    lenient: options.lenient ?? false,
  };
  const problems: InputProblem[] = [];
  const volumes = assembleVolumes(context, problems);
  const containers = assembleContainers(context, problems);
  const spec: PodSpec = { ...(pod.spec ?? { containers: [] }), ...containers, ...volumes.spec };
  const pullSecrets = [...inputs.pullSecrets];
  const imagePullSecrets = pullSecrets.flatMap(([, lookup]) => ('found' in lookup ? [lookup.found] : []));
  return {
    problems,
    absentPullSecrets: pullSecrets.flatMap(([name, lookup]) => ('found' in lookup ? [] : [name])),
    request: {
      pod: wirePod(context.pod, spec, parts.clusterId),
      configmaps: [...volumes.configMaps.values()],
      secrets: [...volumes.secrets.values()],
      projectedvolumesmaps: volumes.projected,
      jobscriptURL: settings.jobScriptBuilderUrl ?? '',
      ...(imagePullSecrets.length > 0 ? { interlink: { imagePullSecrets } } : {}),
    },
  };
}

function withAddresses(pod: Pod, { hostIp, podIp }: PodAddresses): Pod {
  const status = { ...pod.status, hostIP: hostIp, hostIPs: [{ ip: hostIp }], podIP: podIp, podIPs: [{ ip: podIp }] };
  return { ...pod, status };
}

/** Like the typed Go client: without apiVersion, kind and field owners. */
function wirePod(pod: Pod, spec: PodSpec, clusterId: string): Pod {
  const metadata = omitKeys(pod.metadata ?? {}, 'managedFields');
  const marked = { ...metadata, annotations: { ...metadata.annotations, [annotations.clusterId]: clusterId } };
  return { metadata: marked, spec, ...(pod.status ? { status: pod.status } : {}) };
}

function assembleContainers(context: AssemblyContext, problems: InputProblem[]): Partial<PodSpec> {
  const { spec } = context.pod;
  const { init, main } = offloadedContainers(context.pod);
  if (main.length === 0) {
    const field = `metadata.annotations[${annotations.disableOffloadContainers}]`;
    throw new UnsupportedError(`${field} leaves no container to run`, { field });
  }
  const assemble = (list: readonly Container[], all: readonly Container[] | undefined, path: string): Container[] =>
    list.map((container) => {
      const field = `spec.${path}[${all?.indexOf(container) ?? 0}]`;
      const environment = resolve(container, field, context);
      if ('variables' in environment) return withEnvironment(container, environment.variables);
      problems.push({ kind: 'environment', container: container.name, reason: environment.reason });
      return withEnvironment(container, []);
    });
  const { ephemeralContainers } = spec ?? {};
  const added = ephemeralContainers as Container[] | undefined;
  return {
    ...(spec?.initContainers && { initContainers: assemble(init, spec.initContainers, 'initContainers') }),
    containers: assemble(main, spec?.containers, 'containers'),
    ...(added && { ephemeralContainers: assemble(added, added, 'ephemeralContainers') }),
  };
}

function resolve(container: Container, field: string, context: AssemblyContext): ContainerEnvironment {
  try {
    const environment = containerEnvironment(container, field, context);
    if ('reason' in environment) return environment;
    const reason = subPathProblem(container, field, environment.variables);
    return reason === undefined ? environment : { reason };
  } catch (error) {
    if (!context.lenient || !isInterLinkError(error)) throw error;
    return { reason: error.message };
  }
}

function withEnvironment(container: Container, variables: readonly EnvVar[]): Container {
  const rest = omitKeys(container, 'envFrom', 'env');
  return variables.length > 0 ? { ...rest, env: [...variables] } : rest;
}

interface AssembledVolumes {
  readonly spec: Partial<PodSpec>;
  readonly configMaps: Map<string, ConfigMap>;
  readonly secrets: Map<string, Secret>;
  readonly projected: ConfigMap[];
}

function assembleVolumes(context: AssemblyContext, problems: InputProblem[]): AssembledVolumes {
  const assembled: AssembledVolumes = { spec: {}, configMaps: new Map(), secrets: new Map(), projected: [] };
  const { volumes } = context.pod.spec ?? {};
  if (volumes === undefined) return assembled;
  for (const [index, volume] of volumes.entries()) {
    const reason = addVolume(volume, `spec.volumes[${index}]`, context, assembled);
    if (reason !== undefined) problems.push({ kind: 'volume', volume: volume.name, reason });
  }
  const rewritten = context.settings.disableProjectedVolumes === true ? volumes : volumes.map(asProjectedVolume);
  return { ...assembled, spec: { volumes: rewritten } };
}

/** Adds the object of a volume; gives what is missing. */
function addVolume(
  volume: Volume,
  field: string,
  context: AssemblyContext,
  assembled: AssembledVolumes,
): string | undefined {
  if (volume.configMap)
    return take(configMapOfVolume(volume, context), (map) => assembled.configMaps.set(nameOf(map), map));
  if (volume.secret)
    return take(secretOfVolume(volume, context), (secret) => assembled.secrets.set(nameOf(secret), secret));
  if (context.settings.disableProjectedVolumes === true) return undefined;
  if (volume.projected) return take(projectedMap(volume, field, context), (map) => assembled.projected.push(map));
  if (volume.downwardAPI) assembled.projected.push(downwardMap(volume, field, context));
  return undefined;
}

function take<T>(object: VolumeObject<T>, keep: (found: T) => void): string | undefined {
  if ('reason' in object) return object.reason;
  keep(object.found);
  return undefined;
}

function nameOf({ metadata }: ConfigMap | Secret): string {
  return metadata?.name ?? '';
}
