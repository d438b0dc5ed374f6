import type { WireRequest } from '@interlink/plugin-sdk';
import { InvalidInputError, parseWire } from '@interlink/spec';

const uidPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * The pod UID of an `/updateCache` request. The Go API server takes the raw body for the UID while the Go virtual kubelet would
 * send a whole Pod, so both are understood.
 *
 * @throws InvalidInputError for anything else.
 */
export function readCacheKey(request: Pick<WireRequest, 'text' | 'json'>): string {
  const text = request.text().trim();
  if (text.startsWith('{')) return parseWire('Pod', request.json()).metadata?.uid ?? '';
  const uid = text.replace(/^"(.*)"$/, '$1');
  if (uidPattern.test(uid)) return uid;
  throw new InvalidInputError('the body must be the UID of a pod, or a Pod', { field: 'body' });
}
