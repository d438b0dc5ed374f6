import type { Container, Pod, ResourceRequirements } from '@interlink/spec';
import { nanosToNumber, nanosToWholeUnits, parseQuantityNanos } from './quantity.ts';

/** Amounts of resources. What is absent was not asked for. */
export interface ResourceAmounts {
  /** Cores; 0.5 is half a core. */
  readonly cpuCores?: number;
  /** Bytes, rounded up. */
  readonly memoryBytes?: number;
  /** Bytes of local disk, rounded up. */
  readonly ephemeralStorageBytes?: number;
  /** Every other resource by its name, e.g. `nvidia.com/gpu` or `hugepages-2Mi`, in units. Empty when there are none. */
  readonly extended: Readonly<Record<string, number>>;
}

/** What a container or a pod asks for and may use at most. */
export interface ResolvedResources {
  /** Requests; a resource with only a limit is requested up to it, as an API server defaults it. */
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
}

/** {@link ResolvedResources} of a whole pod. */
export interface PodResources extends ResolvedResources {
  /** The same rule applied to the larger of request and limit of each container: what a batch job should reserve. */
  readonly reservation: ResourceAmounts;
}

/** Exact amounts by resource name. */
type Amounts = ReadonlyMap<string, bigint>;
type Pick = (container: Container, field: string) => Amounts;
type RequirementsLike = ResourceRequirements | undefined;

/** The resources of one container. `field` is its path, for errors. */
export function containerResources(container: Container, field: string): ResolvedResources {
  return { requests: describe(requestsOf(container, field)), limits: describe(limitsOf(container, field)) };
}

/**
 * The resources of a pod by the Kubernetes rule: the larger of what runs at once while each init container runs (it and the
 * sidecars started before it) and what runs afterwards (main containers and all sidecars). Pod-level resources win where
 * they are set; `overhead` is added.
 */
export function podResources(pod: Pod): PodResources {
  return {
    requests: describe(effective(pod, requestsOf)),
    limits: describe(effective(pod, limitsOf)),
    reservation: describe(effective(pod, reservationOf)),
  };
}

function effective(pod: Pod, pick: Pick): Amounts {
  const spec = pod.spec;
  let sidecars: Amounts = new Map();
  let peak: Amounts = new Map();
  for (const [index, container] of (spec?.initContainers ?? []).entries()) {
    const amounts = pick(container, `pod.spec.initContainers[${index}]`);
    if (container.restartPolicy === 'Always') sidecars = add(sidecars, amounts);
    peak = larger(peak, container.restartPolicy === 'Always' ? sidecars : add(sidecars, amounts));
  }
  let running = sidecars;
  for (const [index, container] of (spec?.containers ?? []).entries()) {
    running = add(running, pick(container, `pod.spec.containers[${index}]`));
  }
  const whole = replace(larger(peak, running), pick(podAsContainer(pod), 'pod.spec'));
  return add(whole, parseAmounts(spec?.overhead, 'pod.spec.overhead'));
}

/** `spec.resources` (pod-level resources, newer than the published types) has the shape of a container's. */
function podAsContainer(pod: Pod): Container {
  const resources = (pod.spec as { resources?: ResourceRequirements } | undefined)?.resources;
  return { name: 'pod', ...(resources ? { resources } : {}) };
}

function requestsOf({ resources }: { resources?: RequirementsLike }, field: string): Amounts {
  const limits = limitsOf({ resources }, field);
  return replace(limits, parseAmounts(resources?.requests, `${field}.resources.requests`));
}

function limitsOf({ resources }: { resources?: RequirementsLike }, field: string): Amounts {
  return parseAmounts(resources?.limits, `${field}.resources.limits`);
}

function reservationOf(container: Container, field: string): Amounts {
  return larger(requestsOf(container, field), limitsOf(container, field));
}

function parseAmounts(list: Readonly<Record<string, string>> | undefined, field: string): Amounts {
  const entries = Object.entries(list ?? {});
  return new Map(entries.map(([name, text]) => [name, parseQuantityNanos(text, `${field}[${name}]`)]));
}

function merge(a: Amounts, b: Amounts, both: (left: bigint, right: bigint) => bigint): Amounts {
  const merged = new Map(a);
  for (const [name, amount] of b) {
    const known = merged.get(name);
    merged.set(name, known === undefined ? amount : both(known, amount));
  }
  return merged;
}

const add = (a: Amounts, b: Amounts): Amounts => merge(a, b, (left, right) => left + right);
const larger = (a: Amounts, b: Amounts): Amounts => merge(a, b, (left, right) => (left > right ? left : right));
const replace = (a: Amounts, b: Amounts): Amounts => merge(a, b, (_, right) => right);

function describe(amounts: Amounts): ResourceAmounts {
  const { cpu, memory, 'ephemeral-storage': storage, ...others } = Object.fromEntries(amounts) as NamedAmounts;
  const extended = Object.entries(others).map(([name, nanos]) => [name, nanosToNumber(nanos)]);
  return {
    ...(cpu === undefined ? {} : { cpuCores: nanosToNumber(cpu) }),
    ...(memory === undefined ? {} : { memoryBytes: nanosToWholeUnits(memory) }),
    ...(storage === undefined ? {} : { ephemeralStorageBytes: nanosToWholeUnits(storage) }),
    extended: Object.fromEntries(extended) as Record<string, number>,
  };
}

interface NamedAmounts {
  readonly cpu?: bigint;
  readonly memory?: bigint;
  readonly 'ephemeral-storage'?: bigint;
  readonly [name: string]: bigint;
}
