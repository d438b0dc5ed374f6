import { isInterLinkError, UnavailableError } from '@interlink/spec';

/** The error, marked as one that may pass: the controller repeats only those. */
export function retryable(error: unknown): unknown {
  if (!isInterLinkError(error) || error.retryable) return error;
  return new UnavailableError(error.message, { cause: error, details: error.details });
}
