import { InvalidInputError } from '@interlink/spec';

/** Kubernetes objects stay under 40; a body of brackets alone must not exhaust the stack. */
const maximumDepth = 200;

const quote = 0x22;
const backslash = 0x5c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

/** True when the JSON text opens more than `limit` objects and lists inside one another. */
function isDeeperThan(body: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] as number;
    if (byte === quote) inString = !inString;
    else if (inString) index += byte === backslash ? 1 : 0;
    else if (openers.has(byte)) depth += 1;
    else if (closers.has(byte)) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/**
 * A request's body as JSON, whatever its content type; undefined when it is empty.
 *
 * @throws InvalidInputError when it is no JSON or is nested too deeply. No part of the body is in the message.
 */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (isDeeperThan(body, maximumDepth)) {
    throw new InvalidInputError(`the body is nested deeper than ${maximumDepth} levels`, { field: 'body' });
  }
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    // The engine's own message quotes the body, which may hold secrets.
    throw new InvalidInputError('the body is not valid JSON', { field: 'body' });
  }
}
