import { randomUUID } from 'node:crypto';

const maximumLength = 256;
const unprintable = /[^\x20-\x7e]/g;

/**
 * The session of a call: what the caller sent, or `Request-<uuid>`, as the Go API server makes it. At most 256 characters, and `?`
 * for what a header or a log line should not carry.
 */
export function sessionId(received?: string | readonly string[]): string {
  const value = typeof received === 'string' ? received.trim() : '';
  return value === '' ? `Request-${randomUUID()}` : value.slice(0, maximumLength).replace(unprintable, '?');
}
