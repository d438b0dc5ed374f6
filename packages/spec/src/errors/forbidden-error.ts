import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** The caller is known and may not do this. */
export class ForbiddenError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_FORBIDDEN', httpStatus: 403, retryable: false }, message, options);
  }
}
