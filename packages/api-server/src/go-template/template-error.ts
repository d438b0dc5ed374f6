import { InvalidInputError } from '@interlink/spec';

/** A template that cannot be parsed, or cannot be executed with the data given; the message names template and line. */
export function templateError(
  where: { readonly name: string; readonly line: number },
  message: string,
): InvalidInputError {
  return new InvalidInputError(`${where.name}:${where.line}: ${message}`, { field: 'jobScript' });
}
