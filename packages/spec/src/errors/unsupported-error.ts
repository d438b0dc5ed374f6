import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** This backend cannot do what is asked; names the field or feature. */
export class UnsupportedError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_UNSUPPORTED', httpStatus: 501, retryable: false }, message, options);
  }
}
