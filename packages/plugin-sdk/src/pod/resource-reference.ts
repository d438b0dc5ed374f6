import { InvalidInputError, UnsupportedError, type Container, type Pod } from '@interlink/spec';
import { divideRoundingUp, parseQuantityNanos } from './quantity.ts';

/** A `resourceFieldRef` of an environment variable or a downward API file. */
export interface ResourceReference {
  readonly containerName?: string;
  /** `limits.cpu`, `requests.memory`, … */
  readonly resource: string;
  readonly divisor?: string;
}

const pattern = /^(limits|requests)\.(.+)$/;

/**
 * The value of a `resourceFieldRef`: whole units of the divisor, rounded up. `container` is meant where none is named.
 * An absent request is 0.
 *
 * @throws UnsupportedError for an absent limit of cpu or memory: a kubelet puts the node's capacity there, unknown here.
 */
export function readResourceReference(
  pod: Pod,
  reference: ResourceReference,
  field: string,
  container?: Container,
): string {
  const target = findContainer(pod, reference.containerName) ?? (reference.containerName ? undefined : container);
  if (!target) throw new InvalidInputError(`${field} names a container that the pod does not have`, { field });
  const [, list, name] = pattern.exec(reference.resource) ?? [];
  if (list === undefined || name === undefined) {
    throw new InvalidInputError(`${field}.resource must be limits.<name> or requests.<name>`, { field });
  }
  const { limits, requests } = target.resources ?? {};
  const text = list === 'limits' ? limits?.[name] : (requests?.[name] ?? limits?.[name] ?? '0');
  if (text === undefined)
    throw new UnsupportedError(`${field} asks for a limit that the container does not set`, { field });
  return inUnitsOf(text, reference.divisor, field);
}

function inUnitsOf(text: string, divisor: string | undefined, field: string): string {
  const unit = parseQuantityNanos(divisor ?? '1', `${field}.divisor`);
  // An API server writes an unset divisor as "0", which means 1.
  const positive = unit > 0n ? unit : parseQuantityNanos('1');
  return String(divideRoundingUp(parseQuantityNanos(text, field), positive));
}

function findContainer(pod: Pod, name: string | undefined): Container | undefined {
  if (name === undefined || name === '') return undefined;
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find((item) => item.name === name);
}
