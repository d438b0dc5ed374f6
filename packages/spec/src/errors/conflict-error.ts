import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** The request disagrees with what is there. */
export class ConflictError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_CONFLICT', httpStatus: 409, retryable: false }, message, options);
  }
}
