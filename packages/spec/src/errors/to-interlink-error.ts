import { InternalError } from './internal-error.ts';
import { isInterLinkError, type InterLinkError } from './interlink-error.ts';

/** The error itself when it is of the set; else an InternalError with it as cause. For the edge of a server or command. */
export function toInterLinkError(error: unknown): InterLinkError {
  if (isInterLinkError(error)) return error;
  return new InternalError(error instanceof Error ? error.message : String(error), { cause: error });
}
