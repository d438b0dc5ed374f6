import { BackendError, isInterLinkError, parseWire, type Pod, type PodStatus } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';

function parseList(text: string, peer: string): readonly unknown[] {
  let body: unknown;
  try {
    body = text.trim() === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    throw new BackendError(`status: ${peer} answered something that is not JSON`, { details: { peer } });
  }
  if (body === null) return [];
  if (Array.isArray(body)) return body as unknown[];
  throw new BackendError(`status: ${peer} answered something that is not a list`, { details: { peer } });
}

function parseEntry(entry: unknown, logger: Logger): PodStatus | undefined {
  try {
    return parseWire('PodStatus', entry);
  } catch (error) {
    logger.warn({ reason: isInterLinkError(error) ? error.message : 'unreadable' }, 'status entry ignored');
    return undefined;
  }
}

/**
 * The answer to a status request in the order asked. One bad entry costs that entry; what was not asked for is left out; a pod that
 * the peer says nothing about stays missing, since silence is no evidence.
 *
 * @throws BackendError when the whole is no list.
 */
export function parseStatusAnswer(
  text: string,
  pods: readonly Pod[],
  own: { peer: string; logger: Logger },
): PodStatus[] {
  const entries = parseList(text, own.peer).map((entry) => parseEntry(entry, own.logger));
  const byUid = new Map(entries.filter((entry) => entry !== undefined).map((entry) => [entry.UID, entry]));
  return pods.map((pod) => byUid.get(pod.metadata?.uid ?? '')).filter((entry) => entry !== undefined);
}
