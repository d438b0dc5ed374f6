import { isDeepStrictEqual } from 'node:util';
import { isInterLinkError, type ErrorCode } from '@interlink/spec';
import { ConformanceFailure } from './conformance-failure.ts';

const longestValueCharacters = 300;

/** A value for a message, in one short line. */
export function show(value: unknown): string {
  if (value instanceof Error)
    return isInterLinkError(value) ? `${value.code} (${value.message})` : `${value.name}: ${value.message}`;
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > longestValueCharacters ? `${text.slice(0, longestValueCharacters)}…` : text;
}

/** Fails unless the condition holds. `message` says what was expected and what came. */
export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceFailure(message);
}

/** Fails unless both are equal, in depth. */
export function ensureEqual(actual: unknown, expected: unknown, what: string): void {
  ensure(isDeepStrictEqual(actual, expected), `${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Fails unless the call rejects with one of the codes of the error set; gives the error. */
export async function ensureRejects(call: Promise<unknown>, codes: readonly ErrorCode[], what: string): Promise<Error> {
  const outcome = await settle(call);
  ensure('error' in outcome, `${what}: expected ${codes.join(' or ')}, but it succeeded`);
  const { error } = outcome;
  const fits = isInterLinkError(error) && codes.includes(error.code);
  ensure(fits, `${what}: expected ${codes.join(' or ')}, got ${show(error)}`);
  return error;
}

/** How a call ended, as a value. */
export async function settle<T>(call: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  return call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
