import { InvalidInputError } from '@interlink/spec';

/**
 * A list of the pod as it is; an absent one is empty. The wire's schema leaves most of a pod open, so that anything may stand in its place.
 *
 * @throws InvalidInputError naming the field when it is no list.
 */
export function checkedList<T>(value: readonly T[] | null | undefined, field: string): readonly T[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly T[];
  throw new InvalidInputError(`${field} must be a list`, { field });
}
