import { randomUUID } from 'node:crypto';

const maximumLength = 256;

/** The session of a call: what the caller sent, shortened to 256 characters, or `Request-<uuid>`, as the Go API server makes it. */
export function sessionId(received?: string | readonly string[]): string {
  const value = typeof received === 'string' ? received.trim() : '';
  return value === '' ? `Request-${randomUUID()}` : value.slice(0, maximumLength);
}
