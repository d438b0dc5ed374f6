import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** Nobody vouches for the caller. */
export class UnauthenticatedError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_UNAUTHENTICATED', httpStatus: 401, retryable: false }, message, options);
  }
}
