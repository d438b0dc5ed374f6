import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** The backend was asked and said no; `details` holds its words. */
export class BackendError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_BACKEND', httpStatus: 502, retryable: false }, message, options);
  }
}
