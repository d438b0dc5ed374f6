import { BackendError, isInterLinkError, parseWireList, type HeldPod } from '@interlink/spec';

/**
 * The pods that a peer holds. Unlike a status the list is taken whole or not at all: what is missing from it may be swept.
 *
 * @throws BackendError when any of it cannot be read.
 */
export function parseListAnswer(text: string, peer: string): readonly HeldPod[] {
  try {
    return parseWireList('HeldPod', JSON.parse(text) as unknown);
  } catch (error) {
    const reason = isInterLinkError(error) ? error.message : 'it is not JSON';
    throw new BackendError(`list: the answer of ${peer} cannot be read: ${reason}`, { details: { peer } });
  }
}
