import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** A defect of interLink. Clients see no message. */
export class InternalError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_INTERNAL', httpStatus: 500, retryable: false }, message, options);
  }
}
