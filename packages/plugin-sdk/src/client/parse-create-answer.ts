import { BackendError, isInterLinkError, parseWire, type CreateStruct } from '@interlink/spec';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A job id that a foreign peer sent as a number, as text. */
function withTextualId(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('PodJID' in body)) return body;
  return typeof body.PodJID === 'number' ? { ...body, PodJID: String(body.PodJID) } : body;
}

/**
 * The answer to a create; an array of one is taken too.
 *
 * @throws BackendError when it cannot be read or is about another pod. The job may exist: `details.ambiguous`.
 */
export function parseCreateAnswer(text: string, uid: string | undefined, peer: string): CreateStruct {
  const body = parseJson(text);
  const only: unknown = Array.isArray(body) && body.length === 1 ? body[0] : body;
  const details = { peer, ambiguous: true };
  let created: CreateStruct;
  try {
    created = parseWire('CreateStruct', withTextualId(only));
  } catch (error) {
    const reason = isInterLinkError(error) ? error.message : 'unreadable';
    throw new BackendError(`create: ${peer} answered something that is no CreateStruct: ${reason}`, { details });
  }
  if (created.PodUID === uid) return created;
  throw new BackendError(`create: ${peer} answered for another pod`, {
    details: { ...details, asked: uid, answered: created.PodUID },
  });
}
