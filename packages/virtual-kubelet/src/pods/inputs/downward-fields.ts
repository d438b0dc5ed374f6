import { readFieldReference, readResourceReference, type ResourceReference } from '@interlink/plugin-sdk';
import { UnsupportedError, type Container, type Pod } from '@interlink/spec';
import type { AssemblyContext } from './assembly-context.ts';

/** Value of a `fieldRef`. @throws UnsupportedError that names the field when the path is unknown. */
export function readField(pod: Pod, fieldPath: string, field: string): string {
  const value = readFieldReference(pod, fieldPath);
  if (value !== undefined) return value;
  throw new UnsupportedError(`${field}: the field path ${fieldPath} is not supported`, { field: `${field}.fieldPath` });
}

/** Value of a `resourceFieldRef`. As in a kubelet, the node's allocatable amount stands in for a limit that is not set. */
export function readResource(
  reference: ResourceReference,
  field: string,
  context: AssemblyContext,
  container?: Container,
): string {
  const limited = (item: Container): Container => withLimits(item, context.inputs.allocatable);
  const { pod } = context;
  const spec = pod.spec && {
    ...pod.spec,
    containers: pod.spec.containers.map(limited),
    ...(pod.spec.initContainers ? { initContainers: pod.spec.initContainers.map(limited) } : {}),
  };
  const limitedPod: Pod = { ...pod, ...(spec ? { spec } : {}) };
  return readResourceReference(limitedPod, reference, field, container && limited(container));
}

const defaultedResources = ['cpu', 'memory', 'ephemeral-storage'];

function withLimits(container: Container, allocatable: Readonly<Record<string, string>>): Container {
  const present = defaultedResources.filter((name) => allocatable[name] !== undefined);
  const defaults = Object.fromEntries(present.map((name) => [name, allocatable[name] ?? '']));
  const { limits, requests } = container.resources ?? {};
  // Without an explicit empty list an absent request would be read as the limit, which is only the node's here.
  const zero = Object.fromEntries(present.map((name) => [name, '0']));
  return {
    ...container,
    resources: { limits: { ...defaults, ...limits }, requests: { ...zero, ...limits, ...requests } },
  };
}
